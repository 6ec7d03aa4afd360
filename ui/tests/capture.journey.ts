import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { enterMeasured, startPrometheus } from './prometheus.mjs'
import { press, tabTo, walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
let server: Awaited<ReturnType<typeof startPrometheus>>
const { open } = walking(() => desk.address)
const DAYS = 'evidence?month=2026-10&view=days'

beforeAll(async () => {
  server = await startPrometheus()
  desk = await startDesk()
  await enterMeasured(desk.folder, server.url)
})

afterAll(async () => {
  await desk.stop()
  await server.stop()
})

describe('days that are captured before their month is closed', () => {
  test('the calendar shows what is missing, and nobody captures who may not close months', async () => {
    const page = await open('fee', DAYS, 'de')
    await page.getByText('0 von 31 Tagen vorhanden').first().waitFor()
    expect(await page.getByRole('gridcell', { name: /Fehlt$/ }).count()).toBe(62)
    expect(await page.locator('[data-capture]').count()).toBe(0)
  })

  test('capturing is called off, and what was captured by then is there', async () => {
    const release = server.hold()
    try {
      const page = await open('mara', DAYS)
      await page.locator('[data-capture]').click()
      await page.getByText('0 of 62 requests done').waitFor()
      // A few are asked for at once, the first days first, each with its own progress.
      await page.locator('[data-series] progress').nth(3).waitFor()
      await page.locator('[data-series]').getByText('kappa/kappa-contract/orders 2026-10-01').waitFor()
      expect(await page.locator('[data-series] progress').count()).toBe(4)
      expect(await page.locator('[data-capture]').getAttribute('title')).toContain('one job at a time')
      await page.getByRole('button', { name: 'Call off' }).click()
      await page.locator('[data-captured="cancelled"]').waitFor()
      expect(await page.getByRole('gridcell', { name: /: Missing$/ }).count()).toBe(62)
    } finally {
      // Whoever comes after must not wait for a server that waits for nobody.
      release()
    }
  })

  test('missing days are captured, what failed is said in plain words, and the calendar is read anew', async () => {
    const page = await open('mara', DAYS)
    await page.locator('[data-capture]').click()
    const done = page.locator('[data-captured="done"]')
    await done.waitFor()
    await done.getByText('58 requests captured for the first time').waitFor()
    const failures = done.getByRole('region', { name: 'No evidence came' })
    await failures.getByText('There are no numbers for this period').waitFor()
    await failures.getByText(/4 requests from .*13.* to .*27/).waitFor()
    await failures.getByText('kappa/kappa-contract/orders').waitFor()
    await page.getByText('28 of 31 days are there').first().waitFor()
    expect(await page.getByRole('gridcell', { name: /: There$/ }).count()).toBe(56)
    expect(await page.getByRole('gridcell', { name: /: Missing$/ }).count()).toBe(4)

    // A day says what is known of it, also to those without a mouse.
    await tabTo(page.getByRole('gridcell').first())
    await page.keyboard.press('End')
    for (let step = 0; step < 17; step += 1) await page.keyboard.press('ArrowLeft')
    const details = page.locator('[data-details]')
    await details.getByText('In part').waitFor()
    await details.getByText('slices have numbers').first().waitFor()
    await details.getByText('1 version').waitFor()
    await details.getByRole('button', { name: 'Show what was asked and noticed' }).click()
    await details.getByText('sum(last_over_time(orders').waitFor()
    await page
      .getByRole('gridcell', { name: /: In part/ })
      .first()
      .focus()
    await page.keyboard.press('ArrowDown')
    await details.getByText('Delivery notes').waitFor()
  })

  test('days that the server learns of later are captured, and a day that it knows no more of stays', async () => {
    server.learn()
    const page = await open('mara', DAYS, 'de')
    await page.getByText('28 von 31 Tagen vorhanden').first().waitFor()
    await press(page.locator('[data-capture]'))
    await page.getByText('30 von 31 Tagen vorhanden').first().waitFor()
    await page.getByText('2 Abfragen ergaben nicht mehr als zuvor').waitFor()
    expect(await page.getByRole('gridcell', { name: /Teilweise, .* haben Zahlen$/ }).count()).toBe(2)
  })

  test('where nothing is captured day by day, it is said why and how it is begun', async () => {
    const page = await open('mara', 'evidence?month=2026-09&view=days')
    await page.getByText('Nothing is captured day by day in September 2026').waitFor()
    await page.getByText('sla capture --daily --catalogue').waitFor()
    await page.locator('[data-capture]').click()
    await page.getByText('There is nothing to capture').waitFor()
  })
})
