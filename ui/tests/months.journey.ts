import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
// Far from the contracts' own zones: what is shown is theirs.
const { open } = walking(() => desk.address, { timezoneId: 'America/New_York' })

beforeEach(async () => {
  desk = await startDesk()
})

afterEach(() => desk.stop())

const alpenbahn = 'months/alpenbahn/alpenbahn-platform?month=2026-10'
const prairie = 'months/prairie/prairie-platform?month=2026-10'

const cell = (page: Page, day: number, hour: number) =>
  page.locator(`[role="gridcell"][data-index="${(day - 1) * 24 + hour}"]`)

describe('a month', () => {
  test('its figures open what they rest on, and its charts are there as tables', async () => {
    const page = await open('fee', alpenbahn)
    await page.locator('[data-figure="availability/attained"]').click()
    const panel = page.locator('aside')
    await panel.getByText('14,817 / 14,900').waitFor()
    await panel.getByText('exactly 14,817/14,900').waitFor()
    await panel.getByText('SHA-256').waitFor()
    expect(page.url()).toContain('figure=availability')
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })

    // The hour that Berlin's clock shows twice.
    expect(await cell(page, 25, 2).getAttribute('aria-label')).toMatch(
      /25 Oct 2026, 02:00: Downtime .*lasts.2.h/,
    )
    for (const [title, words] of [
      ['Error budget left', 'Used evenly'],
      ['Hour by hour', '25 Oct 2026, 02:00'],
    ] as const) {
      const figure = page.locator('figure', { hasText: title })
      await figure.getByRole('button', { name: 'Show as table' }).click()
      await figure.locator('table').getByText(words).waitFor()
    }
  })

  test('a stretch that is marked with the keyboard becomes a request, and nothing typed is lost on the way', async () => {
    const page = await open('mara', alpenbahn)
    // Nobody sees the form who may not ask.
    await cell(page, 1, 0).focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Shift+ArrowRight', 'Enter'])
      await page.keyboard.press(key)
    const form = page.locator('aside form')
    const from = form.locator('input[name="from"]')
    expect(await from.inputValue()).toBe('2026-10-03T01:00')
    expect(await form.locator('input[name="to"]').inputValue()).toBe('2026-10-03T03:00')
    // What is missing is said in place.
    await form.locator('[data-send-exclusion]').click()
    await form.getByText('Choose what kind of time it is.').waitFor()
    await form.locator('select').selectOption('customer')
    await from.fill('2026-10-03T99:00')
    await form.getByText('is no time of Europe/Berlin').waitFor()
    await from.fill('2026-10-03T01:30')
    // Longer than a report prints: told in place, and not cut.
    const long = 'Umzug der Datenbank 株式会社 '.repeat(400).slice(0, 10_000)
    await form.locator('textarea').fill(long)
    await form.locator('[data-send-exclusion]').click()
    await form.getByText('at most 500 are possible').waitFor()
    expect(await form.locator('textarea').inputValue()).toBe(long)
    const reason = long.slice(0, 480).trim()
    await form.locator('textarea').fill(reason)

    // The API goes away: all of it stays, and sending again is enough.
    await page.route('**/api/v1/exclusions', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    )
    await form.locator('[data-send-exclusion]').click()
    await form.getByRole('alert').waitFor()
    expect(await form.locator('textarea').inputValue()).toBe(reason)
    expect(await from.inputValue()).toBe('2026-10-03T01:30')
    await page.unroute('**/api/v1/exclusions')

    // Somebody was faster and took the name.
    const name = await form.locator('input').last().inputValue()
    await desk.as('otto', 'POST', '/exclusions', {
      name,
      tenant: 'alpenbahn',
      kind: 'customer',
      start: '2026-10-01T00:00:00Z',
      end: '2026-10-01T01:00:00Z',
      reason: 'faster',
    })
    await form.locator('[data-send-exclusion]').click()
    await form.getByRole('alert').getByText('ledger.').waitFor()
    expect(await form.locator('textarea').inputValue()).toBe(reason)
    await form.locator('input').last().fill(`${name}-2`)
    await form.locator('[data-send-exclusion]').click()
    await form.waitFor({ state: 'detached' })

    const asked = (await desk.as('otto', 'GET', '/exclusions?tenant=alpenbahn')) as {
      name: string
      start: string
      end: string
      commitments: string[]
      state: string
    }[]
    expect(asked.find((one) => one.name === `${name}-2`)).toMatchObject({
      start: '2026-10-02T23:30:00Z',
      end: '2026-10-03T01:00:00Z',
      commitments: ['availability'],
      state: 'requested',
    })
    await page.getByRole('tab', { name: 'Outages' }).click()
    await page.getByText('Waits for a decision').first().waitFor()
    const own = page.locator('li', { hasText: reason.slice(0, 60) }).locator('[data-decision]')
    expect(await own.count(), 'nobody decides what they asked for').toBe(1)
    expect(await own.getAttribute('data-decision')).toBe('withdraw')

    // Somebody else is told that it waits, and decides it with a reason.
    const decider = await open('gwen', 'overview')
    await decider.getByRole('link', { name: 'Decide 2 requests' }).click()
    await decider.locator('tbody tr[data-index]', { hasText: `${name}-2` }).click()
    await decider.locator('[data-decision="refuse"]').click()
    await decider.getByText('Say why').first().waitFor()
    await decider.getByLabel('Reason').fill('not agreed')
    await decider.locator('[data-decision="refuse"]').click()
    await decider.locator('[data-decision]').first().waitFor({ state: 'detached' })
    await page.reload()
    await page.getByText('refused by gwen').waitFor()
  })

  test('who may not ask marks nothing', async () => {
    const page = await open('fee', alpenbahn)
    await cell(page, 3, 1).click()
    await page.keyboard.press('Enter')
    expect(await page.locator('[data-ask-marked], aside form').count()).toBe(0)
  })

  test('a stretch is marked with the mouse', async () => {
    const page = await open('mara', prairie)
    await cell(page, 14, 21).hover()
    await page.mouse.down()
    await cell(page, 15, 2).hover()
    await page.mouse.up()
    await page.locator('[data-ask-marked]').click()
    expect(await page.locator('aside input[name="from"]').inputValue()).toBe('2026-10-14T21:00')
    expect(await page.locator('aside input[name="to"]').inputValue()).toBe('2026-10-15T03:00')
  })

  test('an outage on the time line says what is known, and its exact time is asked to be excluded', async () => {
    const page = await open('mara', `${alpenbahn}&tab=outages`, 'de')
    await page.locator('[data-outage]').first().press('Enter')
    const panel = page.locator('aside')
    await panel.getByText('33 von 44 fehlgeschlagen').waitFor()
    await panel.locator('[data-ask-outage]').click()
    expect(await panel.locator('input[name="from"]').inputValue()).toBe('2026-10-06T06:47')
  })

  test('a month is restated with a reason under a draft of its letter, and its revisions are compared', async () => {
    const page = await open('mara', `${alpenbahn}&tab=documents`)
    await page.locator('[data-write-letter]').click()
    await page.locator('[data-letter]').fill('# A draft of revision 1')
    await page.getByRole('tab', { name: 'Revisions' }).click()
    await desk.as('otto', 'POST', '/exclusions', {
      name: 'move',
      tenant: 'alpenbahn',
      kind: 'maintenance',
      commitments: ['availability'],
      start: '2026-10-20T06:00:00Z',
      end: '2026-10-20T10:00:00Z',
      announced_at: '2026-09-01T00:00:00Z',
      reason: 'the move',
    })
    await desk.as('gwen', 'POST', '/exclusions/move/decisions', {
      decision: 'approve',
      reason: '',
      version: 1,
    })
    await page.locator('[data-begin-restate]').click()
    await page.locator('[data-restate]').click()
    await page.getByText('Say why').first().waitFor()
    await page.locator('main textarea').fill('the move was approved')
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('tab', { name: 'Revisions' }).click()
    expect(await page.locator('main textarea').inputValue()).toBe('the move was approved')
    await page.locator('[data-restate]').click()
    await page.getByRole('heading', { name: 'What changed' }).waitFor({ timeout: 30_000 })
    await page.getByText('It rests on the same evidence.').waitFor()
    const table = page.getByRole('region', { name: 'What changed' })
    await table.getByText('Verfügbarkeit der Schnittstelle').waitFor()
    await table.getByText('the move').waitFor()
    expect(await table.locator('tbody tr').nth(1).locator('td').allInnerTexts()).toHaveLength(2)
    await page.getByRole('tab', { name: 'History' }).click()
    const first = (await desk.as('fee', 'GET', '/months/alpenbahn/alpenbahn-platform/2026-10/revisions')) as {
      steps: { note: string }[]
    }[]
    expect(first[0]?.steps.at(-1)?.note).toBe('Restatement: the move was approved')
    await page.getByRole('tab', { name: 'Documents' }).click()
    await page.getByText('You began this draft from revision 1; the month is at revision 2').waitFor()
    expect(await page.locator('[data-letter]').inputValue()).toBe('# A draft of revision 1')
  })

  test('its report is leafed through beside the letter', async () => {
    const page = await open('fee', `${alpenbahn}&tab=documents`)
    expect(await page.locator('canvas').count()).toBe(0)
    await page.locator('[data-preview]').click()
    await page.locator('canvas[data-drawn="1"]').waitFor()
    const paper = page.getByRole('region', { name: 'Report for the customer' })
    await paper.getByText('SLA-Bericht Oktober 2026').first().waitFor({ state: 'attached' })
    const before = (await page.locator('canvas').boundingBox())?.width ?? 0
    await paper.focus()
    await page.keyboard.press('PageDown')
    await page.locator('canvas[data-drawn="2"]').waitFor()
    const place = page.getByText(/^Page 2 of \d+$/)
    await place.waitFor()
    const last = (await place.innerText()).replace(/.* /, '')
    for (const key of ['+', '+', '+']) await page.keyboard.press(key)
    await expect
      .poll(async () => (await page.locator('canvas').boundingBox())?.width ?? 0)
      .toBeGreaterThan(before)
    await page.keyboard.press('End')
    await page.locator(`canvas[data-drawn="${last}"]`).waitFor()
    // Finance may hand months to review, and so write; governance may not.
    expect(await page.locator('[data-write-letter]').count()).toBe(1)
  })

  test('a letter is written in versions, and nothing typed is lost on the way', async () => {
    const page = await open('mara', `${alpenbahn}&tab=documents`)
    await page.locator('[data-write-letter]').click()
    const text = page.locator('[data-letter]')
    const drawn = await text.inputValue()
    await text.press('Control+End')
    await text.pressSequentially('one')
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await text.inputValue()).toBe(drawn)
    await page.getByRole('button', { name: 'Redo' }).click()
    expect(await text.inputValue()).toBe(`${drawn}one`)

    // What is no letter is refused where it stands.
    await text.fill(`${drawn}\n![a picture](x.png)\n`)
    await page.locator('[data-save-letter]').click()
    await page.getByRole('alert').getByText('found a picture').waitFor()
    expect(
      await text.evaluate((area: HTMLTextAreaElement) =>
        area.value.slice(area.selectionStart, area.selectionEnd),
      ),
    ).toBe('![a picture](x.png)')

    // Whatever is looked at meanwhile, the draft is where it was.
    const long = `${drawn}\n${'Wir bedauern die Störung 株式会社 نوردليخت. '.repeat(260)}\n`
    await text.fill(long)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('tab', { name: 'Documents' }).click()
    expect(await text.inputValue()).toBe(long)

    // What is typed after the palette was asked for is for the palette, also before its first frame.
    await text.focus()
    await page.evaluate(() => {
      const frame = window.requestAnimationFrame
      window.requestAnimationFrame = (run) => frame(() => document.querySelector('.palette') ?? run(0))
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText('shortcuts')
    expect(await page.locator('.palette input').inputValue()).toBe('shortcuts')
    await page.keyboard.press('Escape')
    await page.locator('[data-letter]:focus').waitFor()
    expect(await text.inputValue()).toBe(long)

    // Somebody else writes meanwhile.
    const place = '/months/alpenbahn/alpenbahn-platform/2026-10/letter'
    const secret = (
      (await desk.as(null, 'POST', '/sign-in', { account: 'fee', password: 'correct horse battery' })) as {
        secret: string
      }
    ).secret
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const seen = await fetch(`${desk.address}/api/v1${place}`, { headers })
    const written = await fetch(`${desk.address}/api/v1${place}`, {
      method: 'PUT',
      headers: { ...headers, 'if-match': seen.headers.get('etag') ?? '' },
      body: JSON.stringify({ text: '# Somebody was faster\n' }),
    })
    expect(written.status).toBe(200)
    await page.locator('[data-save-letter]').click()
    const alert = page.getByRole('alert')
    await alert.getByText('request.stale').waitFor()
    expect(await text.inputValue()).toBe(long)
    await alert.getByRole('button').first().click()
    await page.getByText('Version 1 by fee').waitFor()
    await page.locator('[data-save-letter]').click()
    await page.locator('[data-shown]').getByText('Wir bedauern die Störung').waitFor()
    await page.getByText('Version 2 by mara').first().waitFor()
    await page.getByText('letter-drawn.md').waitFor()
    await page.getByRole('button', { name: 'Difference' }).click()
    await page.locator('.line.added').first().waitFor()

    // Issued, it stays as it was sent.
    for (const [who, of, step] of [
      ['mara', '', 'submit'],
      ['fee', '/credits/availability', 'approve'],
      ['fee', '/credits/response-p1', 'approve'],
      ['fee', '', 'approve'],
      ['mara', '', 'issue'],
    ] as const)
      await desk.as(who, 'POST', `/months/alpenbahn/alpenbahn-platform/2026-10${of}/steps`, {
        step,
        note: '',
      })
    await page.reload()
    await page.locator('[data-shown]').waitFor()
    expect(await page.locator('[data-write-letter]').count()).toBe(0)
  })
})
