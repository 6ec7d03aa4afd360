import '$lib/design/base.css'
import { mount } from 'svelte'
import { route } from '$lib/route/route.svelte'
import { setPerson } from '$lib/state/person.svelte'
import { restoreTheme } from '$lib/state/theme.svelte'
import { loadWords } from '$lib/words'
import Gallery from './Gallery.svelte'
import { everybody } from './values/people'

const target = document.getElementById('app')
if (target === null) throw new Error('the page has no #app')

// What is shown is canned; whatever asks all the same gets no answer.
window.fetch = () => Promise.reject(new TypeError('the gallery asks nobody'))
restoreTheme()
setPerson(everybody)
route.listen()
await loadWords()
mount(Gallery, { target })
