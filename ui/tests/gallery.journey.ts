import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../scripts/serve.mjs'
import { startBrowser } from './desk.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let web: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  web = await serve({ dist: fileURLToPath(new URL('../dist-gallery', import.meta.url)) })
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await web?.stop()
})

async function open(
  colorScheme: 'light' | 'dark',
  reducedMotion: 'reduce' | 'no-preference' = 'reduce',
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme, reducedMotion })
  await page.goto(`${web.address}/gallery.html`)
  await page.locator('#fifty-thousand tbody tr').first().waitFor()
  return page
}

test.each(['light', 'dark'] as const)('nothing serious in any state of any part: %s', async (theme) => {
  const page = await open(theme)
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string | null; nodes: { html: string }[] }[]
  }
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]),
  ).toEqual([])
  await page.close()
})

test('50 000 rows: only those in sight are drawn, and keys lead to the last and back', async () => {
  const page = await open('light')
  const table = page.locator('#fifty-thousand')
  expect(await table.locator('tbody tr[data-index]').count()).toBeLessThan(60)
  await table.locator('tbody tr[tabindex="0"]').focus()
  await page.keyboard.press('End')
  await table.locator('tr[data-index="49999"]:focus').waitFor()
  await page.keyboard.press('Home')
  await table.locator('tr[data-index="0"]:focus').waitFor()
  await page.close()
})

// Figures depend on what else the machine does: they are told when they are asked for, and judged by people.
test.runIf(process.env['SLA_FIGURES'])('figures: scrolling 50 000 rows', async () => {
  const page = await open('light', 'no-preference')
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const workSeconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']
    return metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value, 0)
  }
  const before = await workSeconds()
  const { frames, seconds } = await page.evaluate(async () => {
    const scroller = document.querySelector('#fifty-thousand .scroller')
    if (scroller === null) throw new Error('no table')
    scroller.scrollIntoView()
    const begun = performance.now()
    let drawn = 0
    while (drawn < 120) {
      await new Promise(requestAnimationFrame)
      scroller.scrollTop += 120
      drawn += 1
    }
    return { frames: drawn, seconds: (performance.now() - begun) / 1_000 }
  })
  const milliseconds = ((await workSeconds()) - before) * (1_000 / frames)
  console.log(
    `${milliseconds.toFixed(1)} ms of work in a frame, ${(frames / seconds).toFixed(0)} frames a second`,
  )
  expect(frames).toBe(120)
  await page.close()
})
