import '$lib/design/base.css'
import { mount } from 'svelte'
import { route } from '$lib/route/route.svelte'
import { restoreTheme } from '$lib/state/theme.svelte'
import { loadWords } from '$lib/words'
import Gallery from './Gallery.svelte'

const target = document.getElementById('app')
if (target === null) throw new Error('the page has no #app')

restoreTheme()
route.listen()
await loadWords()
mount(Gallery, { target })
