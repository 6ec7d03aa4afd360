// Whether an hour of clicking leaves memory flat: three people go through all of their rooms, round after round, each in one window
// that is never loaded again. After every round, and after the browser collected its garbage, it tells what the pages hold.
//   SLA_BIN=… npm run memory -- [minutes]
import { signIn, startBrowser, startDesk } from '../tests/desk.mjs'

const MINUTES = Number(process.argv[2] ?? 60)
/** Answers are kept for five minutes after nobody looks at them; until those of the first rounds go, memory grows by design. */
const WARM_UP_MINUTES = Math.min(8, MINUTES / 4)
const PAUSE_MILLISECONDS = 800
/** Scripts are interpreted: machine code that V8 makes of what runs often grows for hours, and would hide what the pages hold. */
const INTERPRETED = '--no-opt --no-maglev --no-sparkplug --no-lazy-feedback-allocation'

const month = 'tbody tr[data-index="0"]'
const tab = (number) => `main [role="tab"] >> nth=${number}`
const open = { click: month }
const close = { press: 'Escape' }
const palette = [{ press: 'Control+k' }, { type: 'alpen' }, close, { press: '?' }, close]
const back = { back: true }

/** What is done in each room, by its address. A tab of a month is a number, as the order is the same for all. */
const walks = {
  overview: [{ click: 'main figure button >> nth=0' }, ...palette],
  customers: [{ click: 'thead button >> nth=0' }],
  months: [
    { click: 'thead button >> nth=0' },
    open,
    { click: '[data-figure="availability/attained"]' },
    close,
    ...[1, 2, 3].map((one) => ({ click: tab(one) })),
    { click: '[data-preview]' },
    { wait: 'canvas[data-drawn]' },
    ...[4, 5, 6, 0].map((one) => ({ click: tab(one) })),
    { click: 'main [role="gridcell"] >> nth=100' },
    back,
  ],
  credits: [open, close, { click: '.chip-open >> nth=0' }, close],
  close: [{ click: 'main input[type="radio"] >> nth=1' }],
  evidence: [open, close, { go: '&view=calendar' }, { go: '' }],
  catalogue: [open, ...[1, 2, 0].map((one) => ({ click: `main nav a >> nth=${one}` })), back],
  audit: [{ click: '[data-verify]' }, open, close],
  settings: [],
}

const desk = await startDesk()
const browser = await startBrowser([`--js-flags=${INTERPRETED}`])
try {
  await desk.as('mara', 'POST', '/months/alpenbahn/alpenbahn-platform/2026-10/steps', {
    step: 'submit',
    note: '',
  })
  const people = []
  for (const account of ['mara', 'gwen', 'otto']) people.push(await begin(account))
  const begun = Date.now()
  const minutes = () => (Date.now() - begun) / 60_000
  const readings = []
  let clicks = 0
  while (minutes() < MINUTES) {
    const reading = { minutes: 0, heap: 0, nodes: 0, listeners: 0 }
    for (const { page, session } of people) {
      clicks += await round(page)
      const held = await measure(session)
      for (const name of ['heap', 'nodes', 'listeners']) reading[name] += held[name]
    }
    reading.minutes = minutes()
    readings.push(reading)
    console.log(
      `${reading.minutes.toFixed(1)} min, ${clicks} clicks: ${megabytes(reading.heap)} MB of script heap, ${reading.nodes} nodes, ${reading.listeners} listeners`,
    )
  }
  tell(readings.filter((one) => one.minutes >= WARM_UP_MINUTES))
} finally {
  await browser.close()
  await desk.stop()
}

async function begin(account) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.on('pageerror', (error) => console.log(`${account}: ${error}`))
  await signIn(page, desk.address, account)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return { page, session }
}

/** Once through all rooms of the rail, and back to the first; answers how many things were done. */
async function round(page) {
  let done = 0
  const rooms = await page
    .locator('.rail nav a')
    .evaluateAll((links) => links.map((link) => /[a-z]+/.exec(link.hash)[0]))
  for (const room of rooms) {
    await act(page, { click: `.rail nav a[href^="#/${room}?"]` }, room)
    for (const step of walks[room]) await act(page, step, room)
    done += 1 + walks[room].length
  }
  await act(page, { click: '.rail nav a[href^="#/overview?"]' }, 'overview')
  return done + 1
}

async function act(page, step, room) {
  if (step.click) await page.locator(step.click).first().click()
  if (step.press) await page.keyboard.press(step.press)
  if (step.type) await page.keyboard.type(step.type, { delay: 40 })
  if (step.wait) await page.locator(step.wait).first().waitFor()
  if (step.back) await page.goBack()
  if (step.go !== undefined)
    await page.evaluate((hash) => (location.hash = hash), `#/${room}?month=2026-10${step.go}`)
  await page.waitForTimeout(PAUSE_MILLISECONDS)
}

async function measure(session) {
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name) => metrics.find((one) => one.name === name).value
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

/** The last quarter against the first: one is flat. */
function tell(readings) {
  const quarter = Math.max(1, Math.floor(readings.length / 4))
  const mean = (of, name) => of.reduce((sum, one) => sum + one[name], 0) / of.length
  for (const name of ['heap', 'nodes', 'listeners']) {
    const [first, last] = [readings.slice(0, quarter), readings.slice(-quarter)].map((of) => mean(of, name))
    console.log(`${name}: last quarter ${(last / first).toFixed(3)} of the first after warm-up`)
  }
}

function megabytes(bytes) {
  return (bytes / 1_048_576).toFixed(1)
}
