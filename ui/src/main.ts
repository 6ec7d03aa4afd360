// The desk in a browser and in a window. Data walks one way: lib/backend asks the API, rooms show what it says, and
// nobody but lib/backend reaches outside.
//   lib/api       the API's types, generated
//   lib/backend   sending, signing in, problems, files
//   lib/format    figures and times in words of a locale; the only place that does so
//   lib/words     Fluent
//   lib/route     the address: room, month, customer, filters
//   lib/state     what outlives a room: theme, person, queries, offered actions
//   lib/design    tokens and the base style
//   lib/frozen    what all objects inherit, which nothing may change
//   lib/parts     parts of a page that know nothing of months or credits
//   lib/table     the one table: filters, views, columns, export, keys, virtual rows
//   rooms         one folder for each place that one can go to, and the steps that they share
//   gallery       every state of every part; not in the application
import '$lib/design/base.css'
import { mount } from 'svelte'
import { restoreDesk } from '$lib/backend/desk.svelte'
import { session } from '$lib/backend/session.svelte'
import { freezePrototype } from '$lib/frozen'
import { route } from '$lib/route/route.svelte'
import { restoreTheme } from '$lib/state/theme.svelte'
import { loadWords } from '$lib/words'
import App from './App.svelte'

freezePrototype(Object.prototype)

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')

restoreTheme()
session.restore()
route.listen()
void restoreDesk()
await loadWords()
mount(App, { target })
