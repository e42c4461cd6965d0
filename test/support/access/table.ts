/** A table as text: a head with the columns, then a line for each row with its name and one word for each column. */
export type Table<Row extends string, Column extends string> = Record<Row, Record<Column, string>>;

/**
 * Reads a table that people can read, too.
 *
 * @throws Error for a row that is there twice or has a word too many or too few.
 */
export function readTable<Row extends string, Column extends string>(text: string): Table<Row, Column> {
  const [columns = [], ...rows] = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first !== '');
  const table: Record<string, Record<string, string>> = {};
  for (const [name = '', ...cells] of rows) {
    if (cells.length !== columns.length || Object.hasOwn(table, name)) throw new Error(`the row of ${name} is wrong`);
    table[name] = Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  }
  return table as Table<Row, Column>;
}
