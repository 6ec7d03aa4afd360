import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD, startDesk } from './desk.mjs'
import { exportedSums, goTo, row, totp, walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
const { open, newPage } = walking(() => desk.address)
const credit = 'credits?month=2026-10&credit=prairie%2Fprairie-platform%2F2026-10%2Favailability'

/** Hands a month to review, so that its credits wait for finance. */
const submit = (tenant: string) =>
  desk.as('mara', 'POST', `/months/${tenant}/${tenant}-platform/2026-10/steps`, { step: 'submit', note: '' })

describe('looking at a desk', () => {
  beforeAll(async () => {
    desk = await startDesk()
    await submit('alpenbahn')
  })

  afterAll(() => desk.stop())

  test('a wrong password is refused in words, and what was typed stays', async () => {
    const page = await newPage()
    await page.goto(desk.address)
    await page.locator('input[name="username"]').fill('ole')
    await page.locator('input[name="password"]').fill('not the password')
    await page.locator('form button[type="submit"]').click()
    await page.getByRole('alert').getByText('access.sign_in').waitFor()
    expect(await page.locator('input[name="username"]').inputValue()).toBe('ole')
    await page.locator('input[name="code"]').waitFor()
  })

  test('an authenticator app: the password alone is refused, with the code of the app it goes on', async () => {
    const { secret } = (await desk.as('otto', 'POST', '/me/totp', { password: PASSWORD })) as {
      secret: string
    }
    const now = Date.now()
    await desk.as('otto', 'POST', '/me/totp/confirmation', { code: totp(secret, now) })
    const page = await newPage()
    await page.goto(desk.address)
    await page.locator('input[name="username"]').fill('otto')
    await page.locator('input[name="password"]').fill(PASSWORD)
    await page.locator('form button[type="submit"]').click()
    // Each code is good once, so the next one is taken; the server allows for clocks that are a little fast.
    await page.locator('input[name="code"]').fill(totp(secret, now + 30_000))
    await page.locator('form button[type="submit"]').click()
    await page.locator('nav a[aria-current="page"]').waitFor()
  })

  test('at an OpenID provider: only the answer to one’s own question is taken', async () => {
    const { secret } = (await desk.as(null, 'POST', '/sign-in', { account: 'ole', password: PASSWORD })) as {
      secret: string
    }
    const page = await newPage({ locale: 'en-GB' })
    const json = (value: unknown) => ({ contentType: 'application/json', body: JSON.stringify(value) })
    await page.route('**/api/v1/sign-in', (route) => route.fulfill(json({ password: false, openid: true })))
    await page.route('**/api/v1/sign-in/openid', (route) => {
      const { redirect } = route.request().postDataJSON() as { redirect: string }
      return route.fulfill(
        json({
          url: `${redirect}?code=the-code&state=the-state`,
          state: 'the-state',
          expires_at: '2099-01-01T00:00:00Z',
        }),
      )
    })
    await page.route('**/api/v1/sign-in/openid/completion', (route) => {
      expect(route.request().postDataJSON()).toEqual({ state: 'the-state', code: 'the-code' })
      return route.fulfill(json({ secret, expires_at: '2099-01-01T00:00:00Z' }))
    })
    await page.goto(`${desk.address}/?code=stolen&state=of-somebody-else`)
    await page.getByText('This sign-in was not begun here').waitFor()
    expect(new URL(page.url()).search).toBe('')
    await page.getByRole('button', { name: 'Sign in with your organisation' }).click()
    await page.locator('nav a[aria-current="page"]').waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  test('a customer is chosen by a part of the name, and goes along from room to room', async () => {
    const ole = await open('ole', 'months?month=2026-10')
    await ole.getByRole('button', { name: 'Customer:' }).click()
    await ole.getByPlaceholder('Find a customer').fill('güter')
    await ole.getByRole('option', { name: 'Alpenbahn Güterverkehr GmbH' }).waitFor()
    await ole.keyboard.press('Enter')
    await ole.waitForFunction(() => document.querySelectorAll('tbody tr[data-index]').length === 1)
    await ole.keyboard.press('Escape')
    await ole.getByRole('link', { name: 'Credits' }).click()
    await row(ole, 'Reaktionszeit').waitFor()
    expect(await row(ole, 'Prairie').count()).toBe(0)
    await ole.keyboard.press('g')
    await ole.keyboard.press('o')
    await ole.getByRole('heading', { name: 'October 2026' }).waitFor()
    expect(new URL(ole.url()).hash).toContain('tenant=alpenbahn')
  })

  test('each role sees the rooms that its work needs, and no others', async () => {
    const rooms = async (account: string) => (await open(account)).locator('nav a span').allInnerTexts()
    const all = ['Overview', 'Customers', 'Months', 'Credits']
    const things = ['Evidence', 'Catalogue', 'Templates']
    expect(await rooms('ole')).toEqual([...all, ...things, 'Settings'])
    expect(await rooms('mara')).toEqual([...all, 'Close a month', ...things, 'Settings'])
    expect(await rooms('gwen')).toEqual([...all, ...things, 'Audit', 'Settings'])
    // A customer has a portal of their own instead.
    expect(await rooms('vera')).toEqual([])
  })

  test('the exported table adds up to the API’s own totals', async () => {
    const ole = await open('ole', 'credits?month=2026-10')
    await row(ole, 'Prairie').waitFor()
    const sums = await exportedSums(ole)
    const totals = (await desk.as('ole', 'GET', '/credits/totals?month=2026-10')) as {
      currency: string
      count: number
      low_minor: number
    }[]
    expect(totals.length).toBe(2)
    for (const { currency, low_minor } of totals) expect(sums[currency]).toBe(BigInt(low_minor))
    // What the page shows above the list is the same.
    await ole.getByRole('row', { name: /^EUR 2 EUR 2,915\.62/ }).waitFor()
  })

  test('finance takes the statement of a month along, and it says what the page says', async () => {
    const ole = await open('ole', 'credits?month=2026-10')
    await ole.locator('[data-statement-toggle]').click()
    await ole.locator('[data-statement] li', { hasText: 'statement.xlsx' }).waitFor()
    const coming = ole.waitForEvent('download')
    await ole.getByRole('button', { name: 'Download statement.json' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('2026-10-statement.json')
    const statement = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      credits: { currency: string; low_minor: number }[]
    }
    const totals = (await desk.as('ole', 'GET', '/credits/totals?month=2026-10')) as {
      currency: string
      low_minor: number
    }[]
    for (const { currency, low_minor } of totals) {
      const own = statement.credits.filter((one) => one.currency === currency)
      expect(own.reduce((sum, one) => sum + BigInt(one.low_minor), 0n)).toBe(BigInt(low_minor))
    }
    // Who may not see what months mean for the invoice is not offered it.
    const vera = await open('vera', 'months?month=2026-10')
    await vera.getByRole('heading', { level: 1 }).waitFor()
    expect(await vera.locator('[data-statement-toggle]').count()).toBe(0)
  })

  test('governance takes the summary along, finance the documents of all customers, and letters say why there are none', async () => {
    const gwen = await open('gwen', 'audit?month=2026-10')
    await gwen.locator('[data-governance-toggle]').click()
    const coming = gwen.waitForEvent('download')
    await gwen.getByRole('button', { name: 'Download governance.json' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('2026-10-governance.json')
    const summary = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      months: { four_eyes: boolean | null; closed: { by: string } }[]
      chain: { entries: number }
    }
    expect(summary.months.length).toBe(4)
    expect(summary.chain.entries).toBeGreaterThan(4)

    const ole = await open('ole', 'months?month=2026-10')
    await ole.locator('[data-portfolio-toggle]').click()
    await ole.locator('[data-portfolio] li', { hasText: 'portfolio.parquet' }).waitFor()
    const vera = await open('vera', 'months?month=2026-10')
    await vera.getByRole('heading', { level: 1 }).waitFor()
    expect(await vera.locator('[data-portfolio-toggle]').count()).toBe(0)

    const mara = await open('mara', 'months/koenigsforst/koenigsforst-portal?month=2026-10&tab=documents')
    const letters = mara.locator('[data-letters]')
    await letters.locator('[data-occasion="restatement"]', { hasText: 'was not computed anew' }).waitFor()
    await letters.locator('[data-occasion="year"]', { hasText: 'not closed yet' }).waitFor()
  })

  test('a sealed month is exported and verified, and one changed byte is told with its file', async () => {
    const mara = await open('mara', 'months/prairie/prairie-platform?month=2026-10&tab=documents')
    const coming = mara.waitForEvent('download')
    await mara.locator('[data-sealed] button').click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('prairie-2026-10.zip')
    const bytes = await readFile(await download.path())
    const key = (await readFile(`${desk.folder}/seal.key.pub`, 'utf8')).split('\n')[1] ?? ''
    const verify = async (buffer: Buffer, language: 'en' | 'de') => {
      const words = {
        en: {
          key: 'public key',
          run: 'Verify the bundle',
          agrees: 'Everything agrees.',
          differs: 'Not everything agrees.',
        },
        de: {
          key: 'Öffentlicher Schlüssel',
          run: 'Paket prüfen',
          agrees: 'Alles stimmt überein.',
          differs: 'Nicht alles stimmt überein.',
        },
      }[language]
      const gwen = await open('gwen', 'evidence?view=sealed&month=2026-10', language)
      await gwen
        .locator('[data-verify-bundle] input[type=file]')
        .setInputFiles({ name: 'month.zip', mimeType: 'application/zip', buffer })
      await gwen.getByLabel(words.key).fill(key)
      await gwen.getByRole('button', { name: words.run }).click()
      return { gwen, words }
    }
    const whole = await verify(bytes, 'en')
    await whole.gwen.getByText(whole.words.agrees).waitFor()
    await whole.gwen.getByText('which is the one that you gave').waitFor()

    // What is no key is told at its field; without one it is said what nobody has checked.
    const field = whole.gwen.getByLabel(whole.words.key)
    await field.fill('F00DBEEFF00DBEEF')
    await whole.gwen.getByRole('button', { name: whole.words.run }).click()
    await whole.gwen.getByText('This is no public key of minisign').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('')
    await whole.gwen.getByRole('button', { name: whole.words.run }).click()
    await whole.gwen.getByText('Whose bundle this is has not been checked').waitFor()

    // The head of report.csv, which stands in the archive as it is.
    const at = bytes.indexOf('tenant,tenant_name,month,revision,period_start')
    expect(at).toBeGreaterThan(0)
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    const torn = await verify(changed, 'de')
    await torn.gwen.getByText(torn.words.differs).waitFor()
    await torn.gwen.locator('.flaws').getByText('documents/report.csv').waitFor()

    const none = await verify(Buffer.from('no archive'), 'en')
    await none.gwen.locator('.flaws li').first().waitFor()
  })

  test('the language changes at once, without a reload, and stays', async () => {
    const ole = await open('ole', 'credits?month=2026-10')
    await ole.getByRole('heading', { name: 'Credits' }).waitFor()
    await ole.evaluate(() => (document.body.dataset['kept'] = 'yes'))
    await ole.keyboard.press('Control+k')
    await ole.getByPlaceholder('Find a month').fill('german')
    await ole.keyboard.press('Enter')
    await ole.getByRole('heading', { name: 'Gutschriften' }).waitFor()
    await row(ole, 'Alpenbahn', '2.765,62').waitFor()
    expect(await ole.evaluate(() => [document.body.dataset['kept'], document.documentElement.lang])).toEqual([
      'yes',
      'de',
    ])
    await ole.reload()
    await ole.getByRole('heading', { name: 'Gutschriften' }).waitFor()
  })

  test('filter and order live in the address, and a saved view brings them back', async () => {
    const ole = await open('ole', 'months?month=2026-10')
    await ole.getByRole('button', { name: 'Verdict', exact: true }).first().click()
    await ole.getByRole('menuitemradio', { name: 'Breached' }).click()
    await row(ole, 'Alpenbahn').waitFor()
    await ole.waitForFunction(() => document.querySelectorAll('tbody tr[data-index]').length === 1)
    expect(new URL(ole.url()).hash).toContain('verdict=breached')
    await ole.getByRole('button', { name: 'Views' }).click()
    await ole.getByRole('menuitem', { name: 'Save this view' }).click()
    await ole.getByLabel('Name').fill('Breaches')
    await ole.keyboard.press('Enter')
    await ole.getByRole('button', { name: 'Remove filter' }).click()
    await row(ole, 'Königsforst').waitFor()
    await ole.getByRole('button', { name: 'Views' }).click()
    await ole.getByRole('menuitem', { name: 'Breaches', exact: true }).click()
    await ole.waitForFunction(() => document.querySelectorAll('tbody tr[data-index]').length === 1)
  })

  test('a month is closed as a job, and a failure says what to do', async () => {
    const mara = await open('mara', 'close?month=2026-10')
    await mara.locator('[data-start]').click()
    await mara.locator('article').first().getByText('Done', { exact: true }).waitFor()
    await mara.locator('article').first().getByText('As it was').first().waitFor()
    await goTo(mara, 'close?month=2020-01')
    await mara.getByRole('heading', { name: 'January 2020' }).waitFor()
    await mara.locator('[data-start]').click()
    await mara.locator('article', { hasText: 'January 2020' }).getByText('Failed').waitFor()
    await mara
      .locator('article', { hasText: 'January 2020' })
      .getByRole('button', { name: 'Try again' })
      .waitFor()
  })

  test('the chain is verified in plain words', async () => {
    const gwen = await open('gwen', 'audit')
    await gwen.locator('[data-verify]').click()
    await gwen.getByText('Nobody has changed, removed or inserted anything.').waitFor()
    await gwen.locator('tbody tr[tabindex="0"]').focus()
    await gwen.keyboard.press('Enter')
    await gwen.locator('aside').getByText('Hash of the entry before').waitFor()
    await gwen.keyboard.press('Escape')
    await gwen.locator('aside').waitFor({ state: 'detached' })
  })

  test('a document is downloaded as it is', async () => {
    const ole = await open('ole', 'months/nordlicht/nordlicht-platform?month=2026-10&tab=documents')
    const button = ole.getByRole('button', { name: 'Download report.pdf' })
    await button.waitFor()
    const [download] = await Promise.all([ole.waitForEvent('download'), button.click()])
    expect((await readFile((await download.path()) ?? '')).subarray(0, 5).toString()).toBe('%PDF-')
  })

  test('a session that ends leaves what was typed, and signing in goes on', async () => {
    const ole = await open('ole', 'months/nordlicht/nordlicht-platform?month=2026-10')
    await ole.locator('[data-step="comment"]').click()
    await ole.getByLabel('Your comment').fill('Half a sentence')
    await ole.route(
      '**/steps',
      (route) =>
        route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          body: '{"status":401,"code":"access.secret","detail":"the session has ended"}',
        }),
      { times: 1 },
    )
    await ole.locator('[data-confirm]').click()
    const dialog = ole.locator('[role="dialog"]')
    await dialog.getByText('Your session has ended').waitFor()
    await dialog.locator('input[name="username"]').fill('ole')
    await dialog.locator('input[name="password"]').fill(PASSWORD)
    await dialog.locator('button[type="submit"]').click()
    await dialog.waitFor({ state: 'detached' })
    expect(await ole.getByLabel('Your comment').inputValue()).toBe('Half a sentence')
    await ole.locator('[data-confirm]').click()
    await ole.getByLabel('Your comment').waitFor({ state: 'detached' })
    await ole.getByRole('tab', { name: 'History' }).click()
    await ole.getByText('Half a sentence').waitFor()
  })

  test('a password is changed; a wrong one ends no session, and nothing typed is lost', async () => {
    const fee = await open('fee')
    await fee.locator('.account').click()
    await fee.getByRole('menuitem', { name: 'Change password' }).click()
    const dialog = fee.locator('[role="dialog"]')
    await dialog.getByLabel('Current password').fill('not the password')
    await dialog.getByLabel('New password', { exact: true }).fill(`${PASSWORD} 2`)
    await dialog.getByLabel('New password again').fill(`${PASSWORD} 2`)
    await dialog.locator('button[type="submit"]').click()
    await dialog.getByRole('alert').getByText('access.proof').waitFor()
    await dialog.getByLabel('Current password').fill(PASSWORD)
    await dialog.locator('button[type="submit"]').click()
    await dialog.getByText('Your password has been changed.').waitFor()
  })

  test('when the API does not answer, it is said, and trying again helps', async () => {
    const ole = await open('ole')
    await ole.route('**/api/v1/months?**', (route) => route.abort())
    await goTo(ole, 'months?month=2026-10')
    const notice = ole.locator('section.table').getByRole('alert')
    await notice.getByText('The server does not answer').waitFor()
    await ole.unroute('**/api/v1/months?**')
    await notice.getByRole('button', { name: 'Try again' }).click()
    await row(ole, 'Nordlicht').waitFor()
  })
})

describe('taking steps, each on a desk of its own', () => {
  beforeEach(async () => {
    desk = await startDesk()
  })

  afterEach(() => desk.stop())

  test('a month goes through several hands: submit, decide, approve as a second person, approve, issue', async () => {
    const mara = await open('mara', 'months/prairie/prairie-platform?month=2026-10')
    await mara.locator('[data-step="submit"]').click()
    await mara.locator('[data-confirm]').click()
    await mara.locator('main header').getByText('In review').waitFor()

    const ole = await open('ole', credit)
    const approve = ole.locator('aside [data-step="approve"]')
    await approve.waitFor()
    expect(await approve.getAttribute('aria-disabled')).toBe('true')
    await ole.getByText('Decide the amount inside the range first').waitFor()
    await ole.locator('aside [data-step="decide"]').click()
    await ole.getByLabel('Amount in USD').fill('490')
    await ole.locator('[data-confirm]').click()
    await ole.getByText('Say why; it stays on record.').waitFor()
    await ole.getByLabel('Reason').fill('Half of it was proven.')
    await ole.locator('[data-confirm]').click()
    await ole.locator('aside .amount', { hasText: 'USD 490.00' }).waitFor()
    await ole.getByText('You decided an amount, so somebody else has to approve').waitFor()

    const fee = await open('fee', credit)
    await fee.locator('aside [data-step="approve"]').click()
    await fee.locator('[data-confirm]').click()
    await fee.locator('aside .head').getByText('Approved').waitFor()
    await fee.locator('aside').getByText('Half of it was proven.').waitFor()

    await goTo(fee, 'months/prairie/prairie-platform?month=2026-10')
    await fee.locator('main header').getByText('Prairie Parcel Inc.').waitFor()
    await fee.locator('main [data-step="approve"]').click()
    await fee.locator('[data-confirm]').click()
    await fee.locator('main [data-step="issue"]').click()
    await fee.locator('[data-confirm]').click()
    await fee.locator('main header').getByText('Issued').waitFor()
  })

  test('somebody else’s change under an open form is told, and nothing typed is lost', async () => {
    await submit('alpenbahn')
    const ole = await open(
      'ole',
      'credits?month=2026-10&credit=alpenbahn%2Falpenbahn-platform%2F2026-10%2Favailability',
    )
    await ole.locator('aside [data-step="reject"]').click()
    await ole.getByLabel('Reason').fill('Nothing is owed here.')
    // Somebody else is faster.
    await desk.as('fee', 'POST', '/months/alpenbahn/alpenbahn-platform/2026-10/credits/availability/steps', {
      step: 'comment',
      note: 'Wait.',
    })
    await ole.locator('[data-confirm]').click()
    await ole.getByRole('alert').getByText('request.stale').waitFor()
    expect(await ole.getByLabel('Reason').inputValue()).toBe('Nothing is owed here.')
    await ole.getByRole('alert').getByRole('button', { name: 'Look again' }).click()
    await ole.locator('aside').getByText('Wait.').waitFor()
    expect(await ole.getByLabel('Reason').inputValue()).toBe('Nothing is owed here.')
  })

  test('an amount outside of the range is refused with the API’s code, and stays to be mended', async () => {
    await submit('prairie')
    const ole = await open('ole', credit)
    await ole.locator('aside [data-step="decide"]').click()
    await ole.getByLabel('Amount in USD').fill('9,800.01')
    await ole.getByLabel('Reason').fill('Too much.')
    await ole.locator('[data-confirm]').click()
    await ole.getByRole('alert').getByText('workflow.outside_range').waitFor()
    expect(await ole.getByLabel('Amount in USD').inputValue()).toBe('9,800.01')
    await ole.locator('aside [data-step="decide"]').waitFor()
  })

  test('many credits are approved at once with the keyboard alone', async () => {
    await submit('alpenbahn')
    const fee = await open('fee', 'credits?month=2026-10&tenant=alpenbahn')
    await row(fee, 'Reaktionszeit').waitFor()
    await fee.locator('tbody tr[tabindex="0"]').focus()
    await fee.keyboard.press('Space')
    await fee.keyboard.press('ArrowDown')
    await fee.keyboard.press('Space')
    await fee.locator('[data-bulk="approve"]').getByText('Approve 2 credits').waitFor()
    await fee.keyboard.press('Control+k')
    await fee.getByPlaceholder('Find a month').fill('Approve 2')
    await fee.keyboard.press('Enter')
    await fee.locator('[role="dialog"] [data-confirm]').click()
    await fee.getByText('2 done, 0 not done').waitFor()
    await fee.locator('[role="dialog"]').getByRole('button', { name: 'Close' }).last().click()
    await row(fee, 'Reaktionszeit', 'Approved').waitFor()
  })
})
