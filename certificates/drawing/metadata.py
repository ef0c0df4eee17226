"""One file of both kinds: WeasyPrint writes PDF/A-3a or PDF/UA-1; the metadata that names the other is added here."""

from typing import Any

# PDF/A allows only declared properties, so the schema of PDF/UA's own is declared beside it (ISO 19005-3, 6.6.2.3).
ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
END = b"</rdf:RDF>"


def also_accessible(metadata: Any) -> None:
    """Let the metadata of a document that is written as PDF/A say that it is PDF/UA-1 as well."""
    write = metadata.generate_rdf_metadata

    def written(*args: Any) -> bytes:
        text: bytes = write(*args)
        if text.count(END) != 1:
            msg = "WeasyPrint writes its metadata in another way than this was made for."
            raise ValueError(msg)
        return text.replace(END, ACCESSIBLE + END)

    metadata.generate_rdf_metadata = written
