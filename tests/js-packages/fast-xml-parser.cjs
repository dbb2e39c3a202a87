const { XMLBuilder, XMLParser, XMLValidator } = require('fast-xml-parser');
console.log(JSON.stringify(new XMLParser({ ignoreAttributes: false }).parse('<?xml version="1.0"?><a x="1"><b>2</b><b>t&amp;u</b><![CDATA[<raw>]]></a>')));
console.log(new XMLBuilder({ format: true, ignoreAttributes: false }).build({ a: { '@_x': 1, b: [2, '<'] } }), XMLValidator.validate('<a><b></a>'));
