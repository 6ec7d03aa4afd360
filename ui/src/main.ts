import '$lib/design/base.css'
import { mount } from 'svelte'
import { session } from '$lib/backend/session.svelte'
import { route } from '$lib/route/route.svelte'
import { restoreTheme } from '$lib/state/theme.svelte'
import { loadWords } from '$lib/words'
import App from './App.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')

restoreTheme()
session.restore()
route.listen()
await loadWords()
mount(App, { target })
