import type { CsvColumn } from './columns'

/** A spreadsheet would run a text that begins like a formula; figures may begin with a minus. */
const FORMULA = /^[=+\-@\t\r]/
const FIGURE = /^-?\d+(\.\d+)?$/

function field(value: string | number | null | undefined): string {
  if (value == null) return ''
  const plain = String(value)
  const text = FORMULA.test(plain) && !FIGURE.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180, with a mark that tells spreadsheets that it is UTF-8. */
export function csvOf<Row>(columns: CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => field(column.name)),
    ...rows.map((row) => columns.map((column) => field(column.value(row)))),
  ]
  return `\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`
}
