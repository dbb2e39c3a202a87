require('xml2js').parseString('<a b="1"><c>x</c></a>', (e, r) => console.log(e, JSON.stringify(r)));
