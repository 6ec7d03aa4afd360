// A customer who is measured at a server: something that answers like Prometheus, and the documents that name it.
import { createServer } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const DAY = 86_400
const FIRST = Date.parse('2026-10-01T00:00:00Z') / 1000
/** Days of October that nothing was measured on, and one with six hours of measurements. */
const DARK = [13, 27]
const HALF = 14

/** Whether there is a number at this instant, Unix seconds. */
function isKnown(at, dark) {
  const day = Math.ceil((at - FIRST) / DAY)
  if (day === HALF) return at - FIRST - (day - 1) * DAY <= 6 * 3600
  return !dark.includes(day)
}

/**
 * Starts one on a free port. `hold` lets everybody who asks for numbers wait until what it gives is called; `learn` makes it
 * know of every day.
 */
export async function startPrometheus() {
  let held = Promise.resolve()
  let dark = DARK
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const answer = (data) => response.end(JSON.stringify({ status: 'success', data }))
    if (request.url?.includes('buildinfo'))
      return answer({ version: '3.5.0', revision: 'x', goVersion: 'go1.27' })
    await held
    const [start = 0, end = 0, step = 60] = ['start', 'end', 'step'].map((name) => Number(form.get(name)))
    const values = []
    for (let at = start; at <= end; at += step) if (isKnown(at, dark)) values.push([at, '10'])
    answer({ resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  const hold = () => {
    let release = () => undefined
    held = new Promise((resolve) => (release = () => void resolve(undefined)))
    return () => release()
  }
  return { url: `http://127.0.0.1:${address.port}`, hold, learn: () => void (dark = []), stop }
}

/**
 * Enters a customer who is measured there all October.
 * @param {string} folder The desk's.
 * @param {string} url The server's.
 */
export async function enterMeasured(folder, url) {
  const part = `{ metricSource: { metricSourceRef: metrics, spec: { query: 'sum(last_over_time(orders{tenant="$tenant"}[$slice]))' } } }`
  const commitment = (name, title) =>
    `    - { name: ${name}, displayName: "${title}", slo: ordered, target: 99.9, method: Occurrences, slice: ${name === 'orders' ? '1m' : '5m'},
        sliceTarget: 90, unknown: range, quiet: good, exclusions: denominator,
        penalty: { bands: [{ from: 99, below: 99.9, credit: 5 }, { from: 0, below: 99, credit: 10 }] } }`
  await writeFile(
    join(folder, 'catalogue', 'kappa.yaml'),
    `apiVersion: openslo/v1
kind: DataSource
metadata: { name: metrics }
spec: { type: Prometheus, connectionDetails: { url: "${url}", timeoutSeconds: 20 } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: ordering, displayName: Order intake }
spec: {}
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: orders }
spec: { ratioMetric: { good: ${part}, total: ${part} } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: ordered, displayName: Orders taken }
spec: { service: ordering, indicatorRef: orders, budgetingMethod: Occurrences }
---
apiVersion: sla-desk/v1
kind: Tenant
metadata: { name: kappa, displayName: Kappa Versandhandel AG }
spec: { language: de, contacts: [{ name: Contact, email: contact@kappa.example }] }
---
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: kappa-contract }
spec:
  tenant: kappa
  version: 1
  validFrom: 2026-10-01
  validTo: 2026-10-31
  timeZone: UTC
  currency: EUR
  fee: { monthly: 1000.00 }
  serviceHours: 24/7
  rounding: { mode: half_even, at: commitment }
  legalNature: service_credit
  excludedKinds: [customer]
  caps: [{ per: month, share: 20, of: base }]
  holidays: { region: DE-BE }
  claim: { within: 2, unit: months, from: periodEnd, rollForward: true }
  commitments:
${commitment('orders', 'Orders taken')}
${commitment('deliveries', 'Delivery notes')}
`,
  )
}
