const E = require('exceljs');
const w = new E.Workbook();
w.addWorksheet('a').addRow([1, 'x']);
w.xlsx.writeBuffer().then(b => {
  const v = new E.Workbook();
  return v.xlsx.load(b).then(() => console.log(v.getWorksheet('a').getRow(1).values));
});
