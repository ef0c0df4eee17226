"""Reading a pathway file: where everything stands, tables that are asked for their keys, the checks of the whole."""
