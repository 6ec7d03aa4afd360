// What scrolling through 50 000 rows costs. It depends on what else the machine does, so it is told and judged by people.
//   npm run gallery && SLA_BIN=… npm run figures
import { startBrowser, startDesk } from '../tests/desk.mjs'

const FRAMES = 120

const desk = await startDesk('dist-gallery')
const browser = await startBrowser()
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${desk.address}/#/tables?month=2026-10`)
  await page.locator('#fifty-thousand tbody tr').first().waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const workSeconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']
    return metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value, 0)
  }
  const before = await workSeconds()
  const seconds = await page.evaluate(async (frames) => {
    const scroller = document.querySelector('#fifty-thousand .scroller')
    scroller.scrollIntoView()
    const begun = performance.now()
    for (let drawn = 0; drawn < frames; drawn += 1) {
      await new Promise(requestAnimationFrame)
      scroller.scrollTop += 120
    }
    return (performance.now() - begun) / 1_000
  }, FRAMES)
  const milliseconds = ((await workSeconds()) - before) * (1_000 / FRAMES)
  console.log(
    `${milliseconds.toFixed(1)} ms of work in a frame, ${(FRAMES / seconds).toFixed(0)} frames a second`,
  )
} finally {
  await browser.close()
  await desk.stop()
}
