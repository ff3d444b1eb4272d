// Reads a workbook with SheetJS and prints each sheet as rows of [type, value] as JSON, of a formula [f, formula].
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const XLSX = createRequire(import.meta.url)('xlsx')
const workbook = XLSX.read(readFileSync(process.argv[2]), { cellFormula: true, cellNF: true })
const sheets = {}
for (const name of workbook.SheetNames) {
  const sheet = workbook.Sheets[name]
  const range = XLSX.utils.decode_range(sheet['!ref'] ?? 'A1')
  sheets[name] = []
  for (let r = 0; r <= range.e.r; r++) {
    const row = []
    for (let c = 0; c <= range.e.c; c++) {
      const cell = sheet[XLSX.utils.encode_cell({ r, c })]
      row.push(!cell ? null : cell.f ? ['f', cell.f] : cell.t === 'n' && /y/.test(cell.z ?? '')
        ? ['d', XLSX.SSF.format(cell.z.includes('h') ? 'yyyy-mm-dd hh:mm:ss' : 'yyyy-mm-dd', cell.v)] : [cell.t, cell.v])
    }
    sheets[name].push(row)
  }
}
console.log(JSON.stringify(sheets))
