// Reads a deck with SQLite compiled to WebAssembly, and has genanki-js write one of the same notes. Prints both as JSON.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const JSZip = require('jszip')
const SQL = await require('sql.js')()

const apkg = await JSZip.loadAsync(readFileSync(process.argv[2]))
const deck = new SQL.Database(await apkg.file('collection.anki2').async('uint8array'))

const query = (database, sql) => {
  const [result] = database.exec(sql)
  return result ? result.values : []
}
const shape = (database) => ({
  // What SQLite itself says of each table, so that only the names, types and order of columns count.
  tables: ['col', 'notes', 'cards', 'revlog', 'graves'].map((table) => [table, query(database,
    `SELECT name, lower(type), "notnull", pk FROM pragma_table_info('${table}') ORDER BY cid`)]),
  indexes: query(database, `SELECT index_list.name, group_concat(index_info.name)
    FROM sqlite_master, pragma_index_list(sqlite_master.name) AS index_list, pragma_index_info(index_list.name) AS index_info
    WHERE sqlite_master.type = 'table' GROUP BY index_list.name ORDER BY index_list.name`),
  objects: query(database, 'SELECT name FROM sqlite_master ORDER BY name'),
})

// genanki-js is written for browsers, as a module whose imports Node cannot resolve: they are given to it here.
const source = readFileSync(new URL('node_modules/genanki-js/dist/genanki.js', import.meta.url), 'utf8')
  .replace(/^import .*$/gm, '').replace(/^export /gm, '')
const { Model, Deck, Package } = new Function('saveAs', 'sha256', 'JSZip', 'bigInt', `${source}; return { Model, Deck, Package }`)(
  () => {}, require('js-sha256').sha256, JSZip, require('big-integer'))

const models = JSON.parse(query(deck, 'SELECT models FROM col')[0][0])
const decks = JSON.parse(query(deck, 'SELECT decks FROM col')[0][0])
const [mid, did] = [query(deck, 'SELECT DISTINCT mid FROM notes')[0][0], query(deck, 'SELECT DISTINCT did FROM cards')[0][0]]
const ours = models[mid]
const model = new Model({
  id: String(mid), name: ours.name, req: ours.req, css: ours.css,
  flds: ours.flds.map(({ name }) => ({ name })),
  tmpls: ours.tmpls.map(({ name, qfmt, afmt }) => ({ name, qfmt, afmt })),
})
const theirs = new Deck(did, decks[did].name)
for (const [guid, fields] of query(deck, 'SELECT guid, flds FROM notes ORDER BY id')) {
  theirs.addNote(model.note(fields.split('\x1f'), [], guid))
}
const written = new SQL.Database()
const packed = new Package()
packed.setSqlJs(written)
packed.addDeck(theirs)
packed.writeToFile('theirs.apkg')

const notes = "SELECT guid, mid, flds FROM notes ORDER BY id"
const cards = 'SELECT notes.guid, did, ord FROM cards JOIN notes ON notes.id = nid ORDER BY cards.id'
const keys = (text) => Object.keys(text).sort()
const theirModels = JSON.parse(query(written, 'SELECT models FROM col')[0][0])
const theirDecks = JSON.parse(query(written, 'SELECT decks FROM col')[0][0])
console.log(JSON.stringify({
  integrity: query(deck, 'PRAGMA integrity_check'),
  ours: { ...shape(deck), notes: query(deck, notes), cards: query(deck, cards), ver: query(deck, 'SELECT ver FROM col') },
  theirs: { ...shape(written), notes: query(written, notes), cards: query(written, cards), ver: query(written, 'SELECT ver FROM col') },
  missing: {
    model: keys(Object.values(theirModels)[0]).filter((key) => !(key in ours)),
    deck: keys(Object.values(theirDecks)[0]).filter((key) => !(key in decks[did])),
    conf: keys(JSON.parse(query(written, 'SELECT conf FROM col')[0][0]))
      .filter((key) => !(key in JSON.parse(query(deck, 'SELECT conf FROM col')[0][0]))),
  },
  schedule: query(deck, 'SELECT guid, type, queue, due, ivl, factor, reps FROM cards JOIN notes ON notes.id = nid ORDER BY cards.id'),
}))
