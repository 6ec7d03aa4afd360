# The words of SLA Desk in English. Every id stands in de.ftl as well, with the same variables.
# Sentence case, no blame, the next action in every empty or failed state.

app-name = SLA Desk
app-purpose = Monthly SLA reports, credits and evidence
skip-to-content = Skip to the content
language = Language
language-english = Switch to English
language-german = Switch to German
theme = Appearance
theme-system = As the system
theme-light = Light
theme-dark = Dark
state-loading = Loading …

action-cancel = Cancel
action-close = Close
action-download = Download
action-reload = Look again
action-retry = Try again
action-save = Save
action-search = Search

## Signing in

sign-in = Sign in
sign-in-account = Account
sign-in-password = Password
sign-in-code = Code
sign-in-code-hint = The six digits that your authenticator app shows. Each code is good once.
sign-in-has-code = I use an authenticator app
sign-in-openid = Sign in with your organisation
sign-out = Sign out
session-ended = Your session has ended
session-ended-what = Sign in again and go on where you were. What you have typed is still there.
account-menu = Account and settings
change-password = Change password
password-old = Current password
password-new = New password
password-again = New password again
password-hint = At least { $least } characters.
password-too-short = At least { $least } characters are needed.
password-differs = Both must be the same.
password-incomplete = Fill in all three fields first.
password-changed = Your password has been changed.

role-admin = Administrator
role-account-manager = Account manager
role-finance = Finance
role-governance = Governance
role-operator = Operations
role-tenant-viewer = Customer
role-machine = Program

## The shell

rail = Rooms
room-overview = Overview
room-customers = Customers
room-months = Months
room-credits = Credits
room-close = Close a month
room-audit = Audit
room-broken = This page could not be shown
room-broken-next = Something went wrong while it was drawn. Nothing was changed; try again.
room-not-loaded = This page could not be loaded
room-not-loaded-next = Check the connection, then load it again. After an update of the program a reload is needed once.
place-unknown = There is no such page
place-forbidden = This page is not yours to see
place-unknown-next = It may have moved, or it needs a permission that your account does not hold.
place-go-home = Go to the overview

month-switch = Month
month-previous = Previous month
month-next = Next month
year-previous = Previous year
year-next = Next year
customer-switch = Customer
customer-all = All customers
customer-search = Find a customer …
customer-none = No customer fits. Try a part of the name.

palette = Commands
palette-open = Find or do something …
palette-ask = Find a month, go somewhere, do something …
palette-here = On this page
palette-places = Go to
palette-general = General
palette-months = Months
palette-nothing = Nothing fits. Try another word.
palette-go = Go to { $room }
shortcuts = Keyboard shortcuts
shortcuts-everywhere = Everywhere
shortcuts-tables = In tables
shortcut-rows = Row by row
shortcut-ends = First and last row
shortcut-open = Open the row
shortcut-choose = Choose the row
shortcut-close = Close the panel
key-ctrl = Ctrl
key-enter = Enter
key-space = Space
key-esc = Esc
key-home = Home
key-end = End

## States

verdict-met = Met
verdict-breached = Breached
verdict-undecidable = Undecidable
month-closed = Closed
month-in-review = In review
month-approved = Approved
month-issued = Issued
credit-draft = Draft
credit-in-review = In review
credit-approved = Approved
credit-rejected = Rejected
credit-issued = Issued
credit-reversed = Reversed
job-waiting = Waiting
job-running = Running
job-done = Done
job-failed = Failed
job-cancelled = Called off
job-interrupted = Interrupted
standing-counts = Counts
standing-excluded = Excluded
standing-too-short = Too short
chain-sound = Sound
chain-broken = Broken

## Problems

problem-unreachable = The server does not answer
problem-unreachable-next = Check the connection and try again. What you have typed is still there.
problem-unreadable = The answer could not be read
problem-unreadable-next = Something between here and the server may have answered instead. Try again, or ask who looks after it.
problem-four-eyes = Somebody else has to approve this
problem-four-eyes-next = Whoever closed a month or decided an amount cannot approve it. Ask a colleague.
problem-sign-in = Signing in did not work
problem-sign-in-next = Check account and password, and the code if you use an authenticator app.
problem-foreign = This sign-in was not begun here
problem-foreign-next = The answer of your organisation belongs to another tab or an older attempt. Begin again.
problem-stale = Something has changed since you looked
problem-stale-next = Look again and then decide. What you have typed is still there.
problem-session = Your session has ended
problem-forbidden = This needs a permission that you do not have
problem-forbidden-next = An administrator can give it to your account.
problem-missing = It is not there
problem-too-many = Too many requests in a short time
problem-too-many-next = Wait a moment and try again.
problem-ledger = The ledger does not answer at the moment
problem-ledger-next = It may be waking up. Try again in a moment.
problem-inside = Something went wrong inside the program
problem-inside-next = Try again. If it happens again, pass on the number of the request below.
problem-refused = This was not done

## Tables

table-views = Views
table-view-save = Save this view …
table-view-save-title = Save this view
table-view-save-what = Keeps filters, order and columns on this device.
table-view-name = Name
table-view-remove = Remove “{ $name }”
table-columns = Columns
table-export = Export CSV
table-choose-all = Choose all
table-choose-row = Choose this row
table-clear-filters = Clear filters
table-filtered-empty = Nothing fits the filters
table-filtered-empty-next = Take a filter away to see more.
table-loading-more = Loading more …
table-rows = { $count ->
    [one] { $shown } row
   *[other] { $shown } rows
}
table-some-rows = { $count ->
    [one] { $shown } row so far; scroll for more
   *[other] { $shown } rows so far; scroll for more
}
filter-any = Any
filter-remove = Remove filter { $filter }
filter-span = Period
filter-span-all = All months

column-action = Action
column-actor = Who
column-at = When
column-attained = Attained
column-closed-at = Closed on
column-commitment = Commitment
column-contract = Contract
column-credit = Credit
column-credits-open = Open
column-customer = Customer
column-day = Day
column-decided = Decided
column-due = Claim until
column-explained = Explained by
column-id = Id
column-length = Length
column-month = Month
column-months = Months
column-origin = From
column-range = Amount
column-reason = Reason
column-recorded = Recorded
column-revision = Revision
column-sequence = No.
column-standing = Standing
column-start = Start
column-state = State
column-subject = Subject
column-target = Target
column-verdict = Verdict
column-version = Version

due-none = No claim needed
due-passed = { $day }, passed
due-left = { $days ->
    [0] { $day }, today
    [1] { $day }, 1 day left
   *[other] { $day }, { $days } days left
}
closed-by = Closed by
not-judged = Not judged

## Overview

overview-purpose = The state of the month over all customers
overview-purpose-own = What was issued to you for this month
overview-waiting = Waiting for you
overview-deadlines = Claim deadlines
overview-groups = By state and verdict
overview-empty = { $month } has not been closed
overview-empty-next = Choose another month, or ask an account manager to close this one.
overview-empty-close = Close it to see verdicts, credits and deadlines.
deadlines-none = Nothing has to be claimed in the next { $days } days.

## Months

months-purpose = Every customer’s { $month }
months-purpose-all = Every month that was closed
months-empty = No month has been closed for { $month }
months-empty-next = Choose another month or customer, or close this month first.
month-missing = { $month } has not been closed for this contract
month-missing-next = Choose another month, or look at the months there are.
month-show-all = Show this customer’s months
month-parts = Parts of the month
month-part-promises = Commitments
month-part-outages = Outages
month-part-explanation = Derivation
month-part-documents = Documents
month-part-evidence = Evidence
month-part-history = History
fact-period = Period
fact-contract = Contract
fact-contract-version = { $contract }, version { $version }
fact-hours = Service hours
fact-fee = Monthly fee
nature-service-credit = Service credit
nature-contractual-penalty = Contractual penalty
nature-liquidated-damages = Liquidated damages
nature-malus = Malus
budget-allowed = Error budget
budget-used = Budget used
time-down = Downtime
time-excluded = Excluded
time-unknown = Without evidence
time-service = Service time
days-title = { $promise }, day by day
days-chart = { $promise } day by day in percent, with the target of { $target } as a line. The same figures are in the table.
days-legend = Hatched red bars miss the target on that day; a day without a bar was not judged. The month decides, not the day.
show-table = Show as table
show-chart = Show as chart
chart-not-loaded-next = Check the connection, or show the table instead.
incidents = Incidents
incident-within = { $within } kept the limit, { $over } did not
outages-empty = No outage in this month
outages-empty-next = The evidence shows no slice below its target.
outage-all-failed = All { $total } failed
outage-some-failed = { $failed } of { $total } failed
outage-no-traffic = No traffic
exclusions = Exclusions that were asked for
exclusion-maintenance = Maintenance
exclusion-force-majeure = Force majeure
exclusion-customer = Caused by the customer
exclusion-dependency = Outside service
exclusion-accepted = { $duration } do not count
decision-accepted = Accepted
decision-not-approved = Not approved
decision-same-person = Approved only by who asked
decision-refused = Refused
decision-not-agreed = Not agreed in the contract
decision-notice-not-kept = Not announced in time
decision-hours-used-up = Beyond the agreed hours
documents-empty = There are no documents
documents-empty-next = Close the month again; that puts missing documents in place.
document-download = Download { $name }
document-report-pdf = Report for the customer
document-report-json = Report for programs
document-report-csv = Figures as a table
document-letter-eml = Letter as a draft mail, with the report
document-letter-md = Letter as text
document-settlement-json = What was decided, for programs
document-settlement-csv = What was decided, as a table
evidence-empty = There is no evidence for this month
evidence-empty-next = Its figures rest on incidents alone.
evidence-query = Query
evidence-source = Source
evidence-step = slices of { $step }
evidence-warnings = Warnings of the source
evidence-notes = Noticed
note-no-number = { $slices } slices of column { $column } hold no number, the first one ending { $first }
note-not-finite = { $slices } slices of column { $column } hold no finite number, the first one ending { $first }
note-too-large = { $slices } slices of column { $column } hold too large a number, the first one ending { $first }
note-no-series = Column { $column } has no series from { $from } to { $to }
note-no-beats = No usable heartbeats for { $duration }

## Steps

history = History
history-closed = Closed
history-submit = Handed to review
history-return = Handed back
history-decide = Decided
history-approve = Approved
history-reject = Rejected
history-issue = Issued
history-reverse = Reversed
history-comment = Comment
explanation = Derivation
step-submit = Hand to review
step-return = Hand back
step-decide = Decide amount
step-approve = Approve
step-reject = Reject
step-issue = Issue
step-reverse = Reverse
step-comment = Comment
step-submit-title = Hand the month and its credits to review
step-return-title = Hand the month back to who closed it
step-decide-title = Decide the amount inside the range
step-approve-title = Approve
step-reject-title = Do not give this credit
step-issue-title = Issue the month with its approved credits
step-reverse-title = Take the issued credit back
step-comment-title = Say something about it
step-reason = Reason
step-words = Your comment
step-needs-words = Write something first.
step-note = Note (optional)
step-needs-reason = Say why; it stays on record.
step-amount = Amount in { $currency }
step-amount-hint = Inside { $range }.
step-amount-least = The least
step-amount-most = The most
step-needs-amount = An amount inside { $range } is needed.
step-last-known = The last step that is known here: { $step } by { $actor }. Look again to see what came after.
blocked-not-submitted = The month has not been handed to review yet; its credits go along with it.
blocked-done = This credit has been dealt with.
blocked-undecided = Decide the amount inside the range first; somebody else then approves it.
blocked-closed-by-you = You closed this month, so somebody else has to approve (four eyes).
blocked-decided-by-you = You decided an amount, so somebody else has to approve (four eyes).
blocked-credits-open = Approve or reject all of its credits first.

## Credits

credits-purpose = What { $month } owes: decide, approve, take back
credits-show-waiting = Show credits in review
credits-approve-many = { $count ->
    [one] Approve { $count } credit
   *[other] Approve { $count } credits
}
credits-reject-many = { $count ->
    [one] Reject { $count } credit
   *[other] Reject { $count } credits
}
credits-many-progress = { $done } of { $of }
credits-many-done = { $done } done, { $failed } not done
credits-empty = No credits in { $month }
credits-empty-next = Nothing is owed, or the month has not been closed. Choose another month or customer.
credit-gone = This credit is not part of the month any more
credit-gone-next = The month was closed again. Close this panel and look at the list.
credit-issued-before = Issued of earlier revisions
totals = Totals of the month
totals-open = Open
totals-approved = Approved
totals-issued = Issued
totals-reversed = Reversed
totals-credits = Credits
totals-net = Net to invoice

## Customers

customers-purpose = Everybody whom you look after; open one to see its months
customers-empty = There are no customers yet
customers-empty-next = A customer appears when the first of its months is closed.

## Close

close-purpose = Reads the evidence, judges it and records the month
close-whom-all = All customers with a contract in this month
close-whom-one = Only { $tenant }
close-again = Closing again from the same evidence adds nothing; from other evidence it adds a revision.
close-start = Close { $month }
close-jobs = Jobs
close-empty = No month was closed from here yet
close-empty-next = Choose a month above and close it; its progress is shown here.
job-of = Job for { $month }
job-asked = { $actor }, { $at }
job-call-off = Call off
job-called-off = It was called off and stops in a moment.
job-progress = { $done } of { $of }
job-step-capture = Read evidence
job-step-measure = Measure
job-step-render = Draw documents
job-step-record = Record
job-step-publish = Publish
job-interrupted-next = The program was stopped while it worked. Look at the month, then close it again: nothing is added twice.
job-unchanged = As it was
revision-number = Revision { $revision }

## Audit

audit-purpose = Every step in the order in which it was taken; each entry holds the hash of the one before
audit-verify = Verify the chain
audit-verify-again = Verify again
audit-verify-what = The chain has not been verified since you came. Verifying walks all entries, compares their hashes and looks whether they tell of the facts as they are.
audit-sound = All { $entries } entries follow one another, and they tell of the facts as they are. Nobody has changed, removed or inserted anything.
audit-head = Head of the chain:
audit-broken = The chain is broken. Keep the ledger as it is, restore a backup elsewhere and compare. The first thing that is wrong:
audit-subject = Subject begins with
audit-empty = There are no entries
audit-empty-next = The first close of a month writes the first one.
audit-entry = Entry { $sequence }
audit-payload = What was recorded
audit-hash = Hash
audit-previous = Hash of the entry before
audit-about-month = Months
audit-about-credit = Credits
audit-about-document = Documents of the catalogue
audit-about-account = Accounts
audit-about-tenant = Customers
audit-about-contract = Contracts
action-month-closed = Month closed
action-month-restated = Month restated
action-month-step = Step with a month
action-credit-drafted = Credit drafted
action-credit-step = Step with a credit
action-tenant-recorded = Customer recorded
action-contract-recorded = Contract recorded
action-document-entered = Document entered
action-document-decided = Document decided
action-document-retired = Document retired
action-account-added = Account added
action-account-changed = Account changed
action-account-sign-in = Sign-in
action-token-added = Token added
action-token-changed = Token changed
action-limit-set = Limit set

## Overview: trend and running month

overview-owed = Owed in { $currency }
overview-open = of which not decided yet: { $range }
deadline-passed = passed
waiting-submit-months = { $count ->
    [one] Submit { $count } month for review
   *[other] Submit { $count } months for review
}
waiting-decide-credits = { $count ->
    [one] Decide the amount of { $count } credit
   *[other] Decide the amounts of { $count } credits
}
waiting-approve-credits = { $count ->
    [one] Approve { $count } credit
   *[other] Approve { $count } credits
}
waiting-approve-months = { $count ->
    [one] Approve { $count } month
   *[other] Approve { $count } months
}
waiting-issue-months = { $count ->
    [one] Issue { $count } month
   *[other] Issue { $count } months
}
waiting-credits = Credits in review, most urgent first
waiting-nothing = Nothing waits for you.
trend = Twelve months
trend-chart = Verdicts and amounts owed over the last twelve months. The table has the same figures.
trend-legend = Above, the months of all customers by verdict: met plain, breached hatched, undecidable dotted. Below, what is owed: plain for certain, hatched perhaps. A month without a bar is not closed.
trend-money-low = Owed for certain
trend-money-range = Perhaps owed
trend-owed = Owed in { $currency }
trend-not-closed = Not closed
standing = The running month
standing-what = How much of the error budget is used so far
standing-at = Measured until { $at }; nothing of it is recorded
standing-look = Look now
standing-empty = Nobody has had a look yet
standing-empty-look = “Look now” measures up to the last whole slice and records nothing.
standing-empty-next = Account management, finance or governance can have a look.
standing-elapsed = Service time so far
standing-of = { $part } of { $whole }
standing-used = Budget used
standing-projected = At the end, at this rate
standing-outlook = Outlook
standing-at-least = at least { $share }
standing-legend = Shares of the error budget of the whole period. The projection takes errors to go on as they did so far until its end; it is no promise.
outlook-lasts = Lasts
outlook-unjudged = Nothing to judge yet
outlook-uncertain = Depends on unknown time
outlook-too-fast = Does not last
outlook-used-up = Used up

## Credits: totals and billing

column-decided-by = Decided by
credits-purpose-all = What is owed in all months: decide, approve, take back
credit-totals = Totals of this list
credit-totals-decided-of = { $count ->
    [0] –
    [one] { $sum } · { $count } credit
   *[other] { $sum } · { $count } credits
}
billing-impact = What it means for the invoice, { $month }
billing-charges = Charges
billing-none = Nothing is billed for this month yet.
caps = Caps
caps-none = The contract knows no cap.
cap-commitment = Per commitment
cap-service = Per service
cap-month = Per month
cap-year = Per year
cap-contract = Over the term
cap-since = since { $month }
cap-limit = Limit
cap-used = Used
cap-left = Left
