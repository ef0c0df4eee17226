"""The demo society: known people and cases in every state, made only through the services everybody uses."""
