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
due-none = Not needed
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
document-report-own = Your report
document-report-pdf = Report for the customer
document-report-json = Report for programs
document-report-csv = Figures as a table
document-report-xlsx = Everything in the report as a workbook
document-letter-eml = Letter as a draft mail, with the report
document-letter-md = Letter as text
document-letter-html = Letter for a word processor
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
note-unread = In { $slices } slices of column { $column } a counter rose while it was not read, the first one ending { $first }
note-estimated = Column { $column } is estimated by the server, which extrapolates; counter instead of query counts exactly
note-new-series = { $series ->
    [one] A series appeared in column { $column }
   *[other] { $shown } series appeared in column { $column }
}{ $counted ->
    [yes] ; its start counts from zero
   *[no] ; its start does not count
}
note-restarts = { $restarts ->
    [one] A counter of column { $column } began again once
   *[other] Counters of column { $column } began again { $shown } times
}
note-replicas = Counted from { $label } “{ $counted }” with { $slices } known slices; for comparison { $label } “{ $other }”: { $otherSlices } known slices, in { $bothSlices } that both know { $events } and { $otherEvents } events
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
close-again = Closing again from the same evidence adds nothing; from other evidence it adds a revision.
close-start = Close { $month }
close-jobs = Jobs
close-empty = No month was closed from here yet
close-empty-next = Choose a month above and close it; its progress is shown here.
job-of = Job for { $month }
job-asked = { $actor }, { $at }
job-call-off = Call off
job-called-off = It was called off and stops in a moment.
job-progress = { $done } of { $of } parts of this step
job-step-capture = Read evidence
job-step-measure = Measure
job-step-render = Draw documents
job-step-record = Record
job-step-publish = Publish
series-read = Series that are being read
series-parts = { $done } of { $of } read
job-customers-done = Customers: { $done } of { $of } done
job-customer-last = last { $customer }
close-evidence = Evidence
close-evidence-what = What is there for this month so far, day by day. Where something is missing, that time stays unknown and the outcome is a range.
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

## The window: which desk, and what is around it

tray-open = Open SLA Desk
tray-quit = Quit
first-title = Where do you want to work?
first-demo = Try the demo
first-demo-what = Four invented customers with a closed month. Nothing is kept from anybody; nothing leaves this computer.
first-demo-go = Open the demo
first-demo-wait = The demo’s month is being closed; this takes a few seconds.
first-own = A ledger on this computer
first-own-what = For one desk. Months, credits and the audit chain are kept in a file of yours.
first-own-go = Make the ledger
first-server = A ledger on a server
first-server-what = For several desks: PostgreSQL, such as Neon. Its address is kept in the system’s keychain.
first-server-go = Open the ledger
first-folder-own = Folder for the ledger, documents and evidence
first-folder-server = Folder for documents and evidence
first-folder-hint = A whole path on this computer. It is made where it is missing; what lies there stays.
first-ledger = Address of the ledger
first-ledger-hint = As your provider shows it. It holds a password, so it is not shown.
first-ledger-show = Show the address
first-ledger-missing = Enter the address first.
first-look = Test the connection
first-look-before = Test the connection first.
first-look-empty = The server answers, and the database is empty: a new ledger will be made in it.
first-look-older = The server answers. The ledger is of an earlier version and will be brought up to this one.
first-look-there = The server answers, and the ledger is ready.
first-look-nobody = The server answers. The ledger knows nobody yet; make the first account.
first-account = Your account
first-account-what = The first account gives everybody else their rights and touches no money. Add account managers and finance in the settings afterwards.
first-name = Your name
first-name-missing = Enter your name.
first-account-wrong = Small letters, digits, dots, hyphens and underscores, beginning with a letter or digit.
first-password-again = Password again
first-measurements = Measurements
first-measurements-what = Where do measurements come from? If you do not know yet, leave the field empty: sources can be entered in the catalogue at any time.
first-measurements-address = Address of Prometheus or Thanos
first-measurements-hint = If the server asks for a password, enter it later in the catalogue; here it is asked without one.
first-measurements-before = Try first whether the server answers, or empty the field.
first-measurements-later = You can go on all the same: the address is entered, and can be changed in the catalogue.
desk-failed = Your desk cannot be opened
desk-leave = Choose another desk
demo-people = Look around as …
demo-people-what = Each role sees and may do something else.
problem-keychain = The system’s keychain does not answer
problem-keychain-next = Unlock it and try again. The address is kept nowhere else.
problem-no-account = Nobody could sign in to this ledger
problem-no-account-next = Test the connection again and enter the first account.
problem-ledger-sign-in = The server does not accept user or password
problem-ledger-sign-in-next = Check the address: it may have been changed at the server.
file-saved = Saved
problem-file = The file was not saved
problem-file-next = Make room or choose another place. Nothing half written was left.
job-notice-done = { $month } is closed
job-notice-failed = { $month } was not closed
job-notice-next = Open SLA Desk to see the result.

## Catalogue

room-catalogue = Catalogue
catalogue-purpose = Contracts, promises, measurements and customers: what every month is judged by
catalogue-new = New document
catalogue-template = Contract from a template …
catalogue-template-what = The contract takes the template’s terms over and says only what is its own.
catalogue-template-none = No template fits. Try another word.
catalogue-empty = The catalogue is empty
catalogue-empty-next = Begin with a customer and a data source, or take a folder in with “sla catalogue import”.
column-kind = Kind
column-findings = Findings
column-place = Where
column-title = Name
column-changed = Changed
column-changed-by = By
found-errors = With errors
found-unsound = Disputable
found-none = No findings
found-count-errors = { $count ->
    [one] { $count } error
   *[other] { $count } errors
}
found-count-unsound = { $count } disputable
origin-ledger = In the ledger
origin-file = In a file
origin-version = Ledger, version { $version }
origin-line = { $file }, line { $line }
kind-contract = Contract
kind-tenant = Customer
kind-service = Service
kind-slo = Objective (SLO)
kind-sli = Measurement (SLI)
kind-datasource = Data source
kind-slatemplate = Contract template
kind-exclusion = Exclusion
kind-incident = Incident
kind-calendar = Closing days
kind-file = File that cannot be read
kind-billingmapping = Accounts for billing
document-new = New, not entered yet
document-version = Version { $version }, entered by { $actor } on { $at }
document-versions = Versions
document-views = Views of the document
document-saved = Entered as version { $version }.
document-retired = Taken out of the catalogue
document-retire = Take out
document-retire-title = Take { $name } out of the catalogue
document-retire-what = Months that are closed keep it, its history stays, and a further version brings it back. It is refused while others refer to it.
draft-undo = Undo
draft-redo = Redo
draft-discard = Discard changes
draft-changed = Not saved yet. The draft stays in this tab when you leave the page.
draft-kept = This is your draft from earlier; it was kept in this tab and is not saved yet.
save-not-yours = Your account may read this document and not change it.
save-in-file = This document stands in the file { $file } of the desk and is changed there. Download your text, or take the folder into the ledger with “sla catalogue import”.
save-nothing = Nothing has been changed.
save-checking = The check has not finished yet.
save-not-checked = The text could not be checked. Try the check again.
save-not-one = The text must be one document with a kind and a name.
save-exists = { $name } exists already; open it to change it.
save-errors = { $count ->
    [one] Mend the error first.
   *[other] Mend the { $count } errors first.
}
stale-title = Somebody else has entered a version meanwhile
stale-what = Your text is kept. Below is what yours says otherwise than the latest version.
stale-diff = Your text against the latest version
stale-mine = Go on with my text
stale-theirs = Take the latest version
view-edit = Edit
view-changes = Changes
view-effects = Effect on closed months
view-versions = Versions
version-before = From
version-after = To
version-compare = Compare from version { $version }
version-with = Compare up to version { $version }
version-diff = Changes from version { $from } to { $to }
diff-none = Both say the same.
diff-legend = New lines begin with “+” on green ground; lines with “−” on red ground are what was there before.
diff-unchanged = $ unchanged lines
findings = Findings of the check
findings-checking = Checking …
findings-none = No findings: it can be computed, and nothing in it is open to dispute.
findings-count = { $count ->
    [one] { $count } finding
   *[other] { $count } findings
}
findings-accepted = { $count } taken with a reason
findings-elsewhere = { $count } in other documents while it stands like this
finding-error = Error
finding-unsound = Disputable
finding-line = line { $line }
finding-said = found { $found }, expected { $expected }
finding-stake = Moves up to { $stake } a month
finding-wording = Suggested wording
editor-label = { $title } as text
editor-keys = Tab indents; press Esc, then Tab, to leave the text.
effect-title = Months before and after the change
effect-what = States closed months again with the text as it stands here, from the evidence on record. No source is asked and nothing is recorded.
effect-months = Latest months of each contract
effect-compute = Compute
effect-before = As it is
effect-after = With the change
effect-unknown = Cannot be said
effect-none = Every promise comes to the same.
effect-not-there = Not promised
effect-moved = The catalogue has changed since the month was closed; on record are: { $verdict }, { $credit }.
effect-outdated = The text has changed since; compute again.
effect-empty = No month of this contract is closed yet
effect-empty-next = Once one is, you see here what a change would have done to it.
effect-left-out = { $count ->
    [one] { $count } more month is left out.
   *[other] { $count } more months are left out.
}
form = Form
form-unreadable = The text cannot be read as YAML at the moment. Mend it on the right, then the form is back.
form-only-yaml = only in the text
form-nothing = – not said –
form-extends = Terms that are empty here come from the template { $template }.
form-parties = Parties and validity
form-money = Fee and rounding
form-hours = Service hours
form-promise = Promise { $name }
form-add-promise = Add a promise
form-remove-promise = Take this promise out
form-bands = Penalty bands
form-add-band = Add a band
form-caps = Caps
form-add-cap = Add a cap
form-claim = Claim window
form-what = What it is about
form-objectives = Own aims
form-add-objective = Add an aim
form-of-item = { $label }, row { $number }
form-remove = { $title }: take out row { $number }
form-remove-item = Take out
field-title = Name for people
field-name = Name in the contract
field-description = Description
field-tenant = Customer
field-version = Version
field-valid-from = First day (YYYY-MM-DD)
field-valid-to = Last day (YYYY-MM-DD)
field-time-zone = Time zone
field-fee = Monthly fee
field-currency = Currency
field-nature = Legal nature
field-rounding = Rounding
field-rounded-at = Rounded
field-hours = Hours
field-region = Holidays of
field-method = Counted by
field-slice = Slice
field-slice-target = Least of a slice
field-unknown = Time without evidence
field-quiet = Slice without traffic
field-exclusions = Excluded time
field-band-from = From
field-band-below = Below
field-band-credit = Credit
field-cap-per = Per
field-cap-share = Share
field-cap-of = Of
field-amount = Amount
field-within = Within
field-unit = Unit
field-claim-from = From
field-target-share = Aim as a share
choice-nature-service-credit = Service credit
choice-nature-contractual-penalty = Contractual penalty
choice-nature-liquidated-damages = Liquidated damages
choice-nature-malus = Malus
choice-rounding-floor = Down
choice-rounding-ceil = Up
choice-rounding-half-even = Half to even
choice-rounding-half-up = Half up
choice-rounded-commitment = Per promise
choice-rounded-total = On the total
choice-method-occurrences = Events
choice-method-timeslices = Good slices
choice-method-ratio-timeslices = Mean of slices
choice-method-consumption = Consumption
choice-unknown-range = Stays a range
choice-unknown-down = Is down
choice-unknown-up = Is up
choice-unknown-excluded = Is left out
choice-quiet-good = Is good
choice-quiet-bad = Is bad
choice-quiet-excluded = Is left out
choice-exclusions-denominator = Leaves both sides
choice-exclusions-numerator = Stays as good
choice-cap-commitment = Promise
choice-cap-service = Service
choice-cap-month = Month
choice-cap-year = Year
choice-cap-contract = Contract
choice-cap-of-base = Fee of the month
choice-cap-of-last12-months = Last 12 months
choice-cap-of-contract-to-date = Contract so far
choice-claim-unit-days = Days
choice-claim-unit-working-days = Working days
choice-claim-unit-months = Months
choice-claim-from-period-end = End of the period
choice-claim-from-first-outage = First outage
choice-claim-from-last-outage = Last outage

## A month’s charts, figures, exclusions and revisions

month-part-revisions = Revisions
action-letter-written = Letter written
audit-about-letter = Letters
column-hour = Hour
column-end = End
burn-title = Error budget left: { $promise }
burn-chart = How much of the budget of { $promise } is left at the end of each day in percent, beside what even use would leave. The same figures are in the table.
burn-legend = By the end of each day. Without evidence for some time, the solid line is what is left for certain. Below nothing the budget is overdrawn.
burn-left = Budget left
burn-left-percent = Left in percent
burn-left-at-best = At best
burn-ideal = Used evenly
burn-none-left = Used up
burn-no-budget = No budget in percent
burn-no-budget-next = A target of 100 % allows no error at all. The table tells what was lost.
burn-not-judged-next = Where nothing was judged, no budget is used.
not-noted = This revision does not tell how it went hour by hour
not-noted-next = An earlier version of the program closed it. Restate the month to see charts; its figures stay as they are.
hours-title = Hour by hour: { $promise }
hours-nothing = Nothing is to be said of any hour
hours-nothing-next = All service time was seen, and good enough.
hour-when = { $day }, { $from }:00
hour-odd = the clock was changed: lasts { $length }
hour-good = Good
hour-down = Down
hour-unknown = Without evidence
hour-excluded = Excluded
hour-quiet = No traffic
hour-outside = Outside service time
hour-skipped = Skipped by the clock
time-quiet = Without traffic
mark-how = Mark a stretch with the mouse, or with Shift and the arrow keys, to ask for its exclusion.
marked = Marked: { $from } to { $to }
time-line = Time line
lane-counts = Outage that counts
lane-excluded = Excluded outage
lane-too-short = Too short to count
lane-unknown = Without evidence
lane-incident = Incident
lane-exclusion = Exclusion asked for
lane-exclusions = Exclusions
outage-of = Outage of { $length }
outage-no-incident = No incident explains it.
outage-no-exclusion = Nobody asked for its exclusion.
incident-open = still open
ask-exclusion = Ask for an exclusion
exclusion-purpose = Somebody else has to approve it. It changes the month when the month is restated.
exclusion-from = From
exclusion-to = To
exclusion-kind = What kind of time it is
exclusion-choose-kind = Choose …
exclusion-for-all = All of the customer’s commitments, not only { $promise }
exclusion-announced = When the customer was told
exclusion-announced-hint = Maintenance that was not announced in time does not count as excluded.
exclusion-reason = Reason
exclusion-reason-hint = The report prints it as it stands here.
text-too-long = { $letters } letters; at most { $most } are possible.
exclusion-name = Name
exclusion-name-hint = Lower-case letters, digits and hyphens; no two exclusions share one.
exclusion-needs-time = { $found } is no time of { $zone }. Expected year-month-day and time, such as 2026-10-05T10:30.
exclusion-needs-order = It ends before it begins.
exclusion-needs-kind = Choose what kind of time it is.
exclusion-needs-reason = Say why this time should not count.
exclusion-needs-name = Use lower-case letters, digits and hyphens.
exclusions-empty = No exclusion was asked for
exclusions-empty-next = Mark a stretch of the hours, or open an outage, to ask for one.
exclusion-asked-by = Asked for by { $who }, { $at }
exclusion-in-month = In this month
exclusion-not-in-month = The month was closed without it; restating takes it up.
request-requested = Waits for a decision
request-approved = Approved
request-refused = Refused
request-withdrawn = Withdrawn
request-decide = Decision about the request
request-reason = Reason
request-reason-hint = Whoever refuses says why; the report prints it.
request-approve = Approve
request-refuse = Refuse
request-withdraw = Withdraw
request-decided-approve = approved by { $who }, { $at }
request-decided-refuse = refused by { $who }, { $at }
request-decided-withdraw = withdrawn by { $who }, { $at }
figure-open = { $figure } – show what it rests on
figure-attained = Attained
figure-budget = Error budget
figure-down = Downtime
figure-excluded = Excluded time
figure-unknown = Time without evidence
figure-service = Service time
figure-credit = Credit
figure-exact = Exactly
figure-good = Good
figure-total = All
figure-none = None
figure-budget-rule = The budget is what the target leaves of 100 percent, times the service time without what leaves the judgement. What is used is what was lost, as a share of it; the exact ratios decide, they are rounded for print only.
figure-how = How it is counted
figure-method = Method
figure-slice = Slice
figure-unknown-reading = Without evidence is read as
figure-quiet-reading = Without traffic is read as
figure-exclusion-mode = Excluded time
unit-events = events
unit-slices = slices
unit-consumption = units
method-occurrences = Good events of all events
method-timeslices = Good slices of all slices
method-ratiotimeslices = Mean of the slices’ ratios
method-consumption = Budget against what was consumed
unknown-as-range = either: a range
unknown-as-down = down
unknown-as-up = up
unknown-as-excluded = no service time
quiet-as-good = good
quiet-as-bad = bad
quiet-as-excluded = no service time
exclusions-as-denominator = leaves both sides of the ratio
exclusions-as-numerator = stays as good
unknown-missing = The source delivered nothing
unknown-unusable = The source delivered no usable number
unknown-good-above-total = More good events than events: the measurement is wrong
unknown-bound = { $slices } slices are unknown; each is reckoned with { $each }, as much as the busiest slice of the period held.
derivation-exact = The exact value before rounding
derivation-exactly = exactly { $value }
derivation-none = Nothing was derived for this.
earned-back = Earned back
blocked-above-total = With this the credits of the month would come to more than the month owes.
blocked-other = The ledger does not take this step now. Load the page again to see why.
revisions-one = There is one revision
revisions-one-next = A second one comes when the month is restated from other evidence or other decisions.
difference = What changed
difference-before = From revision
difference-after = to
difference-same = Choose two different revisions.
difference-not-there = not there
difference-evidence = It rests on other evidence.
difference-evidence-same = It rests on the same evidence.
difference-contract = Another content of the contract judged it.
difference-contract-same = The same contract judged it.
restate = Restate the month
restate-purpose = Closes the month again from what is known now. When figures differ, a new revision is added; nothing that was sent changes.
restate-reason = Reason
restate-reason-hint = It is put on record at once, as a comment of the revision that stands now; then the month is computed.
restate-comment = Restatement: { $reason }

## Documents of a month side by side

documents-all = All documents
document-letter-drawn-md = Letter as it is drawn, before somebody wrote it
preview-open = Show preview
preview-close = Close preview
preview-how = The preview is loaded when you open it.
pdf-page = Page { $page } of { $pages }
pdf-previous = Previous page
pdf-next = Next page
pdf-smaller = Smaller
pdf-larger = Larger
pdf-fit = Fit width
pdf-broken = The report cannot be shown here
pdf-broken-next = Download it below; it is the same file.
letter = Letter
letter-look-text = Letter
letter-look-drawn = As drawn
letter-look-difference = Difference
letter-drawn = As it is drawn from the month; nobody has changed it.
letter-sent-drawn = Sent as it was drawn from the month.
letter-draft = Your draft; it is not saved yet.
letter-draft-of = You began this draft from revision { $begun }; the month is at revision { $revision } now. Compare it with the letter as it is drawn now.
letter-version = Version { $number } by { $who }, { $at }
letter-versions = Versions
letter-outdated = Something was decided since this version was written. Compare it with the letter as it is drawn now.
letter-how = Markdown: the first line is the subject, as “# Subject”. Paragraphs, lists and rules are possible; pictures and tables are not. Ctrl+Z undoes, Ctrl+S saves.
letter-write = Write the letter
letter-save = Save version
letter-unchanged = It says what the letter says already.
letter-take-drawn = Take the drawn letter
letter-take = Take into the draft
letter-give-up = Give up the draft
action-undo = Undo
action-redo = Redo
line-added = added
line-removed = removed

## Overview: trend and running month

overview-owed = Owed in { $currency }
overview-open = of which still open:
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
waiting-decide-requests = { $count ->
    [one] Decide { $count } request
   *[other] Decide { $count } requests
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
standing-failures = { $count ->
    [one] { $count } customer could not be measured:
   *[other] { $count } customers could not be measured:
}
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
source-test = Try the source
source-test-what = Asks the source as it is described here for what contracts need of it: a server for the last hour, files for the last month. Nothing is recorded.
source-test-now = Try it now
source-test-asking = The source is being asked; this takes up to half a minute.
source-test-old = The text has changed since; try again.
source-reached = Answers
source-not-reached = Does not answer
source-numbers = Numbers came
source-no-numbers = No numbers
source-secrets-sent = The secrets that it names were sent.
source-secrets-withheld = Secrets were not sent: they go only to an address that is entered. Save the document, then try again.
source-version = Version
source-reading = Keeps to reading
source-reading-true = Yes, it lets nothing be changed
source-reading-false = No, it would let things be changed
source-retention = Keeps samples for
source-oldest = Oldest sample
source-not-told = It does not say
source-oldest-not-told = It does not say; a Prometheus does where it measures itself
source-forgets = This source forgets a month’s first days before the month can be closed. Have each day captured once it is over.
source-asks = What contracts ask of it
source-asks-none = No contract in force asks it for anything yet, or the catalogue has errors.
source-usable = { $usable } of { $slices } slices have numbers

## Finding and choosing customers

picker-all = All customers, also those to come
picker-some = Certain customers
picker-search = Find customers
picker-remove = Remove { $customer }
picker-more = There are more. Search for a part of the name.
customers-none-next = Search for another part of the name or id.

## Closing: choice and failures

close-whom = Which customers
close-whom-all = All customers with a contract in this month
close-choose-first = Choose at least one customer first.
close-start-some = { $count ->
    [one] Close { $month } for { $count } customer
   *[other] Close { $month } for { $count } customers
}
close-known = { $count ->
    [0] Nothing is closed in this month yet.
    [one] { $count } month is closed already.
   *[other] { $count } months are closed already.
}
close-known-show = Show
job-customers = { $count } customers
job-failures = { $count ->
    [one] { $count } customer was not closed
   *[other] { $count } customers were not closed
}
job-retry-those = Close only these again
failure-not-over = The month is not over
failure-not-over-next = Close it once it has ended in the contract’s time zone.
failure-unknown = The catalogue does not know this customer
failure-unknown-next = Enter customer and contract into the catalogue.
failure-contract = The contract does not allow the close
failure-contract-next = Complete the contract as the message says, and close again.
failure-secret = Credentials of the data source are missing
failure-secret-next = Give the named credentials to the server and start it again.
failure-file = The file of measurements cannot be read
failure-file-next = Look whether the file is there and complete, and close again.
failure-source = The data source does not answer as it must
failure-source-next = Check whether the data source can be reached, its access and the query, and close again.
failure-other = The month could not be closed
failure-other-next = The message below says why.

## Settings

room-settings = Settings
settings-purpose = Your account, and who may do what here
settings-parts = Parts of the settings
settings-account = My account
settings-people = People
settings-tokens = Tokens
settings-limits = Limits of amounts
settings-name = Name
settings-role = Role
settings-tenants = Customers
settings-ways = Signs in with
settings-password-what = At least twelve characters, best of all from a password manager.
settings-app = Authenticator app
settings-app-on = Set up: the password needs a code beside it.
settings-app-off = Not set up: the password alone is enough.
settings-app-what = A code from an app on your phone protects the account even from somebody who knows the password.
settings-app-set-up = Set up an app
settings-app-remove = Remove the app
app-password-why = Enter your password, so that nobody sets up an app at a desk that you left.
app-password-incomplete = Enter your password first.
app-scan = Scan this picture with your authenticator app. It is shown this once.
app-qr = QR code with the secret for the authenticator app
app-type = Without a camera: type this secret into the app.
app-code-hint = The six digits that the app shows now. It counts from then on.
app-code-incomplete = Enter the six digits of the app.
app-confirm = Confirm
app-done = The app is set up. From now on you need a code beside your password to sign in.
app-remove-what = After that the password alone is enough. If you lost the phone, an administrator can remove the app.
app-proof = Password, or a code of the app
app-proof-incomplete = Enter your password or a code.
action-next = Next
action-change = Change
action-copy = Copy
copied = Copied
account-add = Add an account
account-change = Change the account of { $name }
account-name-hint = Small letters, digits, dots and hyphens; it stays for good.
account-password-hint = At least 12 characters. Leave empty where the account signs in otherwise, or to keep the password.
account-incomplete = A name and an account are needed.
account-no-tenants = Choose at least one customer, or all.
account-viewer-of-all = Whoever looks on as a customer sees certain customers; choose them.
account-openid = Sign-in at the organisation (OpenID)
account-issuer = Address of the provider
account-identity = Subject or e-mail address
account-identity-hint = What the provider knows them by. An e-mail address counts until the first sign-in only.
account-usable = The account can be used
account-remove-app = Remove the authenticator app, because the device is lost
account-active = Active
account-disabled = Disabled
accounts-empty = There are no accounts yet
accounts-empty-next = Add the first one.
role-what-admin = Looks after accounts, tokens and limits; touches no money.
role-what-account-manager = Closes months, talks to customers and issues what was approved.
role-what-finance = Decides credits, approves them and months, takes back.
role-what-governance = Checks evidence and the audit chain.
role-what-operator = Looks after objectives, incidents and maintenance.
role-what-tenant-viewer = Sees only what was issued to their own customers.
role-what-machine = A program with a token.
way-password = Password
way-app = App
way-openid = Organisation
way-token = Tokens only
column-token = Token
token-add = Make a token
token-label = What for
token-label-hint = For example: nightly close.
token-account = Acts for
token-days = Good for days
token-days-hint = A number from 1 to 731.
token-expires = Good until
token-permissions = What it may do
token-may = It may do this, as far as its account may:
token-incomplete = A name, a purpose and an account are needed.
token-no-permission = Choose at least one permission.
token-made = The token “{ $name }” is made.
token-once = Keep the secret now; it is not shown a second time.
token-good-until = Good until { $at }.
token-kept = I have kept it
token-revoke = Revoke
token-revoke-what = After that no program gets in with it. This cannot be taken back.
token-active = Good
token-expired = Expired
token-revoked = Revoked
tokens-empty = There are no tokens yet
tokens-empty-next = Programs sign in with a token; make one.
may-tenants-read = See customers
may-contracts-read = See contracts
may-slos-read = See objectives
may-slos-write = Change the catalogue
may-months-read = See months
may-months-close = Close months
may-months-compare = Compare readings, look at the running month
may-months-review = Submit months for review
may-months-approve = Approve months
may-months-issue = Issue months
may-credits-decide = Decide credits
may-credits-approve = Approve credits
may-credits-reverse = Take credits back
may-comments-write = Comment
may-exclusions-request = Ask for exclusions
may-exclusions-decide = Decide exclusions
may-incidents-write = Enter incidents
may-documents-read = Read documents
may-evidence-read = Read evidence
may-billing-read = See billing
may-audit-read = Read the audit chain
may-accounts-read = See accounts
may-accounts-write = Change accounts
limits-what = A role approves no more than this in one credit. Where no limit is set, there is none.
limit-set = Set a limit
limit-currency = Currency
limit-currency-hint = Three letters, such as EUR.
limit-most = Most per credit
limit-none = No limit
limit-unlimited = No limit for this role and currency
limit-needs-currency = A currency code of three letters is needed.
limit-needs-amount = An amount in this currency is needed.
limits-empty = No limit is set
limits-empty-next = Whoever may approve credits may do so up to any amount.
problem-proof = The password or code is wrong
problem-proof-next = You are still signed in, and nothing was changed. Check what you typed; after several wrong attempts wait for a quarter of an hour.
problem-changed = Last changed by { $actor }, { $at }.

## Customer portal

portal-title = Your service quality
portal-welcome = Welcome, { $name }
portal-purpose = Here you find what we promised you and what we attained, month by month, with every report to download.
portal-months = Your months
portal-more = Show earlier months
portal-home = To your months
portal-settings = Password and security
portal-unknown-next = Your months are on the first page.
portal-empty = No month has been issued to you yet
portal-empty-next = Your first report appears here once it is reviewed and approved. If you have a question, your account manager is glad to help.
portal-month-missing = Nothing has been issued to you for { $month } yet
portal-no-credit = No credit
portal-credit = Credit { $amount }
portal-promises = Promised and attained
portal-promised = Promised
portal-verdict-met = We kept everything in this month that we promised you.
portal-verdict-breached = In this month we did not attain everything that we promised you. What you are owed for it stands below.
portal-verdict-undecidable = For a part of this month there are no measurements. The report explains what that means.

## Drafts and views

draft-thrown = Your draft was thrown away.
table-view-rename = Rename “{ $name }”

## Evidence

room-evidence = Evidence
evidence-purpose = What each figure rests on: what was asked of which source, and whether the files are what they were
evidence-views = Views of the evidence
evidence-view-list = Files
evidence-view-calendar = Calendar
evidence-with = Only with
evidence-with-gaps = Time without evidence
evidence-with-warnings = Warnings or notes
evidence-with-damage = Damaged files
evidence-none = No evidence for { $month }
evidence-none-at-all = There is no evidence yet
evidence-uses = What rests on it
evidence-complete = no gap
evidence-incomplete = { $unknown } of { $service } without evidence
column-slices = Slices
column-warnings = Warnings
column-file = File
file-sound = Unaltered
file-missing = Missing
file-altered = Altered
file-unreadable = Unreadable
file-not-known = Not checked
file-what-sound = Its bytes were read just now and have the hash that is on record.
file-what-missing = The file is not in the folder for evidence. Bring it back from a copy, or close the month again.
file-what-altered = The file’s bytes are not the ones on record. Bring it back from a copy; what is there now is left as it is.
file-what-unreadable = The file is there and cannot be read. Its permissions and the disk need a look.
file-what-not-known = This program was started without a folder for evidence.
calendar-title = Evidence of { $month }, day by day
calendar-what = What is recorded of each day. A month that was not closed yet has not been asked for: nobody knows until it is.
calendar-empty = No contract is in force in { $month }
calendar-empty-next = Choose another month or customer.
calendar-only-gaps = Only with gaps
calendar-no-gaps = No gaps
calendar-no-gaps-next = Every day of what is shown here is there.
calendar-show = Show as a calendar
calendar-days = Days with gaps
calendar-count = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
calendar-without = { $duration } without evidence
calendar-open = not closed
calendar-more = Show more contracts
day-evidence-there = There
day-evidence-partial = In part
day-evidence-missing = Missing
day-evidence-unknown = Not asked yet
day-evidence-not-due = Nothing due

## Sealed bundles

bundle-of = { $tenant }, contract { $contract }, { $month }, revision { $revision }, sealed by SLA Desk { $program }
bundle-unread = What this is a bundle of cannot be read.
bundle-check-seal-agrees = Seal: the signature is sound, and all { $count } files are as they were sealed
bundle-check-seal-differs = Seal: this is not what was sealed
bundle-check-chain-agrees = Audit chain: its entry is whole and tells of this very record
bundle-check-chain-differs = Audit chain: its entry does not belong to this record
bundle-check-chain-not-checked = Audit chain: not looked at
bundle-check-figures-agrees =
    Figures: computed again from { $count ->
        [one] { $count } piece
       *[other] { $count } pieces
    } of evidence, every one is that of the report
bundle-check-figures-differs = Figures: computed again from the evidence, they are not those of the report
bundle-check-figures-not-checked = Figures: not computed again
bundle-check-documents-agrees = Documents: drawn again, all { $count } are the same byte for byte
bundle-check-documents-differs = Documents: drawn again, they are not the same byte for byte
bundle-check-documents-not-checked = Documents: not drawn again
bundle-key-given = Signed with the key { $key }, which is the one that you gave.
bundle-key-inside = Signed with the key { $key }, which came with the bundle. Whose it is nobody has checked: compare it with the key that the provider made known, or give that one with --key.
bundle-chain-head = When it was sealed, the audit chain ended at { $head }.
bundle-earlier = { $count ->
    [one] { $count } earlier month is
   *[other] { $count } earlier months are
} taken as the bundle states it; their own bundles prove them.
bundle-agrees = Everything agrees.
bundle-differs = Not everything agrees. Rely on nothing in it before whoever sealed it has explained why.
bundle-flaw-too-large = It has { $bytes } bytes; a bundle has at most { $most }.
bundle-flaw-too-many-files = It holds more than { $most } files.
bundle-flaw-no-archive = It is no archive of this program, or so damaged that its files cannot be told apart.
bundle-flaw-unsafe-name = { $file }: this name leads out of the archive, or is no name of a file.
bundle-flaw-twice = { $file } stands in it twice.
bundle-flaw-disordered = { $file } does not stand in its place.
bundle-flaw-two-names = { $file } is called { $other } in the archive’s list.
bundle-flaw-compressed = { $file } is compressed and claims to become { $bytes } bytes; a bundle holds its files as they are. It was not unpacked.
bundle-flaw-link = { $file } is a link to another place. It was not followed.
bundle-flaw-record = { $file }: what the archive notes about this file was changed, or written by another program.
bundle-flaw-end = The end of the archive was changed, or something stands behind it.
bundle-flaw-altered = { $file } was altered.
bundle-flaw-missing = { $file } is missing.
bundle-flaw-unknown = { $file } was put in: nothing signed tells of it.
bundle-flaw-unreadable = { $file } cannot be read: { $reason }
bundle-flaw-signature = { $file }: this is not the signature of the key over the manifest.
bundle-flaw-other-key = It was signed with the key { $signed_by }, not with { $expected }, which you gave. Ask the provider which of them is theirs.
bundle-flaw-chain-entry = The entry does not have the hash that is noted with it, or is of another month.
bundle-flaw-chain-record = The entry tells of the record { $noted }; the one in the bundle is { $found }.
bundle-flaw-not-computed = They cannot be computed again: { $reason }
bundle-flaw-figures = The report’s record is { $noted }; computed from the evidence it is { $found }.
bundle-flaw-not-drawn = They cannot be drawn again: { $reason }
bundle-flaw-document = { $file } has other bytes when this program draws it; the sealed file is unchanged and was drawn by SLA Desk { $program }.

## A clock that is wrong, a disk that is full

clock-ahead = This computer’s clock is { $difference } ahead of the server’s. Days and deadlines are counted by the server’s; set this one right.
clock-behind = This computer’s clock is { $difference } behind the server’s. Days and deadlines are counted by the server’s; set this one right.
problem-disk = The disk is full
problem-disk-next = Nothing was recorded. Make room on the computer that SLA Desk runs on, and try again.

## Finance's statement

statement-open = Show the statement
statement-close = Close the statement
statement = Statement of credits, { $month }
statement-what = Every credit of the month with its range, decision and approval, beside fees, bookings and caps.
document-statement-json = Statement for programs
document-statement-csv = Credits as a table, with everybody who decided and approved
document-statement-xlsx = Workbook with totals, months, credits, bookings and caps

## Sealed months in the window

evidence-view-sealed = Verify a sealed month
verify-bundle = Verify a sealed month
verify-what = Choose the bundle (.zip) that you were given. Its seal and its entry of the chain are checked, every figure is computed again from the evidence, and every document is drawn again. Nothing of it is kept.
verify-file = Choose a bundle …
verify-none = No bundle chosen yet
verify-no-file = Choose a bundle first.
verify-key = The provider’s public key (optional)
verify-key-hint = The line in its .pub file that begins with RW. Without it nobody has checked whose bundle it is.
verify-run = Verify the bundle
verify-busy = The bundle is being verified: its figures are computed and its documents drawn again. That can take a minute.
verify-too-large = The bundle has { $size }; at most { $most } can be verified here, so it was not sent.
verify-no-key = Whose bundle this is has not been checked
verify-no-key-what = It is signed with the key { $key }, which came in the bundle itself. Such a key shows at most that nothing was changed after the sealing, not who sealed it: a forgery would bring its own key as well.
verify-no-key-next = Enter above the public key that the provider made known in another way, on its website or in the contract for instance, and verify again.
seal-agrees = Agrees
seal-differs = Differs
seal-not-checked = Not checked
sealed = Sealed month
sealed-what = One signed file with the documents, the contract, exclusions, evidence and the entry of the audit chain. Whoever has it can compute every figure again without access to this system.
sealed-download = Download the sealed bundle
sealed-busy = The month is being sealed: its figures are computed and its documents drawn again. That can take a minute.
sealed-done = { $file } is ready. Whoever receives it verifies it with “sla verify”, or in SLA Desk under Evidence. Make the public key known to them in another way than with the bundle: it tells them that the month comes from you.
problem-no-key = This system has no key to seal with
problem-no-key-next = A sealed month is signed, so that whoever receives it can check whom it comes from; without a key nothing is signed and nothing handed over. Whoever runs this system makes one with “sla key new” and starts it with “sla serve --seal-key FILE”. At the prompt “sla month bundle --key FILE” seals right away. In the window it is made under Settings, Seal.
problem-no-public-key = This is no public key of minisign
problem-no-public-key-next = Enter the line from the provider’s .pub file: 56 characters that begin with RW. The key’s id is none, and neither is the secret key. Leave the field empty if you do not have the public key.
api-words = Message of the API (English)
problem-bundle-large = The bundle is too large to be verified here
problem-bundle-large-next = Verify it at the prompt with “sla verify”.

letters = Letters
letters-of = Letters to { $name }
letters-other = Further letters
letters-other-what = Drafts to be read, and sent by you; the program sends nothing.
letter-kind-breach = Notice that an error budget is used up
letter-kind-credit = Announcement of the credit
letter-kind-restatement = Notice of the restatement
letter-kind-maintenance = Notice of maintenance
letter-kind-year = Thanks for a year that was kept
occasion-no-breach = No error budget is used up.
occasion-not-looked = Nobody has had a look at how the running month stands.
occasion-not-approved = The month is not approved yet.
occasion-no-credit = The month gives no credit.
occasion-first-revision = The month was not computed anew.
occasion-not-issued-before = Nothing was sent of this month before; the letter of the month says it all.
occasion-no-maintenance = No maintenance is ahead in this month.
occasion-months-missing = Twelve months in a row are not closed yet.
occasion-not-kept = Not every commitment was kept for twelve months.
occasion-gone = The customer is in the catalogue no more; nobody knows whom to write to.
occasion-contract = The last look did not tell of this contract.
occasion-nothing-in-force = The contract is not in force in this month.
document-statement-pdf = Statement to read and to file
governance = Governance summary, { $month }
governance-what = Who closed, approved and issued the months, what they rest on, what was left out, and where the audit chain ends. It has no amounts.
governance-open = Show the governance summary
governance-close = Close the governance summary
document-governance-json = Summary for programs
document-governance-csv = Summary as a table, one row for each contract
document-governance-pdf = Summary to read and to file
portfolio = All customers, { $month }
portfolio-what = The month over all customers as programs read it: commitments with verdict and amount, and for operations outages and evidence. It tells of the latest revision of each contract.
portfolio-open = Show documents of all customers
portfolio-close = Close documents of all customers
document-portfolio-csv = Commitments of all customers as a table
document-portfolio-json = Commitments of all customers for programs
document-portfolio-parquet = Commitments of all customers for business intelligence, with figures as numbers
document-operations-csv = For operations, without amounts, as a table
document-operations-json = For operations, without amounts, for programs
file-none = No file chosen yet
file-drop = or drop it here
settings-seal = Seal
seal-key = Key that seals months
seal-key-what = This computer seals months with it. It lies in the system's keychain and never leaves it. Whoever checks a bundle needs the public key; hand that on by another way than the bundle.
seal-key-none = This computer has no key yet.
seal-key-id = Id
seal-key-public = Public key
seal-key-save = Save the public key
seal-key-make = Make a key
seal-key-bring = Take a key that is there
seal-key-bring-what = A file of “sla key new” or minisign, with its passphrase. The file stays as it is.
seal-key-file = Choose the key's file
seal-key-no-file = Choose the file of the secret key.
seal-key-passphrase = Passphrase
seal-key-take = Take the key
seal-key-forget = Remove the key
seal-key-forget-what = The key is deleted from the keychain, and lost where it lies nowhere else. Bundles that are sealed with it can be checked as before.
seal-key-forget-now = Remove for good
settings-secrets = Credentials
source-secrets = Credentials of data sources
source-secrets-what = Tokens, passwords and addresses that data sources ask for by a name. They lie in the keychain of this computer and are never shown. Where there is an environment variable of the same name, that one counts.
source-secrets-none = No data source asks for credentials
source-secrets-none-next = A source names them by bearerTokenEnv, passwordEnv or urlEnv.
source-secrets-name = Name
source-secrets-sources = Data sources
source-secrets-place = Where they are
secret-environment = In the environment
secret-keychain = In the keychain
secret-nowhere = Nowhere
secret-locked = Keychain does not answer
source-secrets-keep = Keep
source-secrets-replace = Replace
source-secrets-keep-of = Keep { $name }
source-secrets-secret = Token, password or address
source-secrets-secret-what = For { $sources }. What was kept before is replaced.
source-secrets-keep-now = Keep in the keychain
source-secrets-forget = Remove
source-secrets-forget-of = Remove { $name }
source-secrets-forget-what = It is deleted from the keychain. The data sources that ask for it can no longer be read then.
source-secrets-forget-now = Remove for good
## Why a source gives no numbers, and why a change cannot be computed

source-problem-silent = The data source does not answer
source-problem-silent-next = Check that the server runs and can be reached at this address.
source-problem-certificate = The certificate of the data source cannot be checked
source-problem-certificate-next = Name the authority that issued it, or renew the certificate.
source-problem-credentials = The credentials of the data source are missing or refused
source-problem-credentials-next = Check the token, or user and password, of this source, and whether they are in the keychain (Settings, Credentials) or in the environment.
source-problem-address = No Prometheus answers at this address
source-problem-address-next = Check the address: a path such as /prometheus may be missing, or a sign-in page stands before it.
source-problem-query = The query does not give what is needed
source-problem-query-next = It must give exactly one series of numbers. Check its spelling and its labels, and aggregate several series with sum().
source-problem-replicas = The servers that read the same targets cannot be told apart
source-problem-replicas-next = Each series must have the label that replicaLabel of the data source names, with one value for each server. Check its name, or leave replicaLabel out.
source-problem-selectors = It is not understood which series the query reads
source-problem-selectors-next = Write its selectors as name{"{"}label="value"{"}"}, or use a data source without replicaLabel for it.
source-problem-beats = The rows are no heartbeats of this target
source-problem-beats-next = The query must give the target under the name that the measurement says, and only what lies after $from and not after $to. Check the target and the condition.
source-problem-many-beats = There are more heartbeats than are judged at once
source-problem-many-beats-next = Read only those of the one target: of series with its name among the labels, of a query with a condition.
source-problem-currency = The costs are in another currency than the contract
source-problem-currency-next = Nothing is converted. Choose the costs of one currency in where, or agree on a bound or a budget in the currency of the file.
source-problem-merged = The server puts the series of several servers together
source-problem-merged-next = Name the label that the message tells as replicaLabel in the data source. Each server is then read by itself, and the one that knows more is counted.
source-problem-probes = The series are no heartbeats of this target
source-problem-probes-next = Each sample must be 1 or 0, each series must have the labels that the measurement names, and one series per probe and target must be there. Check the selector and the labels.
source-problem-nothing = There are no numbers for this period
source-problem-nothing-next = Check the metric’s name and labels, and how long the server keeps data.
source-problem-much = The answer is too large or takes too long
source-problem-much-next = Aggregate the series with sum(), or use wider slices.
source-problem-file = The file of measurements cannot be read
source-problem-file-next = Look whether it lies where the document says, is complete and has the expected columns.
source-problem-database = The address of the database cannot be used
source-problem-database-next = What urlEnv names, an environment variable or an entry of the keychain, must hold an address such as postgres://user:password@host/database. A server that is not on this machine is always asked for its certificate.
source-problem-writes = The query would change something
source-problem-writes-next = A source is only read. Write a query that begins with select and calls nothing that writes.
source-problem-slow = The database takes too long
source-problem-slow-next = Narrow the query, add an index on the time and the customer, or raise timeoutSeconds.
source-problem-rows = The query gives no rows for this period
source-problem-rows-next = Check the condition for the customer, and that the rows of this period are there.
source-problem-statement = The query does not give slices
source-problem-statement-next = It must give the columns t, good and total, or t and value, with one row for each slice of the period.
source-problem-not-entered = Files are read, and databases asked, only where the document is entered
source-problem-not-entered-next = Save the document first, then test the source again.
source-problem-other = The data source does not give the numbers that are needed
effect-problem-not-in-force = As it stands here, the contract is not in force in this month
effect-problem-not-in-force-next = Check when it begins and ends.
effect-problem-not-recorded = The change asks for measurements that are not recorded for this month
effect-problem-not-recorded-next = Closing the month again would ask the source for them.
effect-problem-evidence = The evidence of this month is missing or cannot be read
effect-problem-evidence-next = Bring it back from a copy.
effect-problem-contract = As it stands here, the contract cannot be computed
effect-problem-contract-next = The message says what is missing.
effect-problem-other = This month cannot be computed with the change

## What the API refuses, by the code that it gives

problem-code-workflow-not-theirs = This request is somebody else’s
problem-code-workflow-not-theirs-next = Only whoever asked for it can take it back. Ask them.
problem-code-workflow-no-reason = A reason is missing
problem-code-workflow-no-reason-next = Say why; it stays on record.
problem-code-workflow-outside-range = The amount lies outside of what the month owes
problem-code-workflow-outside-range-next = Choose an amount inside the range that is shown.
problem-code-workflow-undecided = The amount has not been decided
problem-code-workflow-undecided-next = Decide it first; then it can be approved.
problem-code-workflow-above-total = The credits would come to more than the month owes
problem-code-workflow-above-total-next = Lower this amount or another one of the month.
problem-code-workflow-with-month = A credit does not take this step alone
problem-code-workflow-with-month-next = Take it with the month; its credits go along.
problem-code-workflow-letter-sent = The letter of this month has been sent
problem-code-workflow-letter-sent-next = What was sent stays as it is. Restate the month to write another letter.
problem-code-workflow-credits-open = Credits of this month are still open
problem-code-workflow-credits-open-next = Approve or reject them first; the message names them.
problem-code-access-above-limit = This is more than your role may approve
problem-code-access-above-limit-next = Ask somebody with a higher limit; the message names yours.
problem-code-access-not-all-tenants = This concerns all customers, and not all are yours
problem-code-access-not-all-tenants-next = Ask somebody who is assigned all customers.
problem-code-access-last-admin = Nobody would be left who gives rights
problem-code-access-last-admin-next = Give another account the role of administration first.
problem-code-access-viewer-of-all = A customer’s own view needs the customers that it is for
problem-code-access-viewer-of-all-next = Choose one or more.
problem-code-access-identity-taken = This identity signs in to another account
problem-code-access-identity-taken-next = One identity belongs to one account; the message names it.
problem-code-access-code = This is not the code that the app should show
problem-code-access-code-next = Enter its six digits, and check that the clock of the device is right.
problem-code-access-totp-set = An authenticator app is set up already
problem-code-access-totp-set-next = Remove it first.
problem-code-access-no-totp = The set-up of the app took too long
problem-code-access-no-totp-next = Begin it again.
problem-code-access-password = This password is not taken
problem-code-access-password-next = Choose one of at least 12 letters that is neither the account’s name nor easy to guess.
problem-code-access-openid = The sign-in at your organisation was not taken
problem-code-access-openid-next = It took too long, was used before, or leads to no account. Begin again, or ask the administration.
problem-code-access-provider = Your organisation’s sign-in does not answer at the moment
problem-code-access-provider-next = Try again, or sign in with a password.
problem-code-ledger-outcome-unknown = Nobody knows yet whether this was recorded
problem-code-ledger-outcome-unknown-next = The ledger went away meanwhile. Look when it is back, and do it again only if it is not there.
problem-code-ledger-catalogue-moved = The catalogue has changed while this was checked
problem-code-ledger-catalogue-moved-next = Nothing was entered. Try again.
problem-code-ledger-read-only = The ledger can only be read
problem-code-ledger-read-only-next = Whoever runs this system checks the permissions of its file or of the database user.
problem-code-review-amount = This is no amount of the currency
problem-code-review-amount-next = Check the decimals.
problem-code-letter-no-letter = The letter cannot be printed as it is
problem-code-letter-no-letter-next = The message says in which line and why.
problem-code-letter-too-long = The letter is too long
problem-code-letter-too-long-next = Shorten it; what you wrote is still there.
problem-code-restate-unchanged = Nothing has changed since the last revision
problem-code-restate-unchanged-next = The month stays as it is.
problem-code-job-ended = This has ended already
problem-code-job-ended-next = Look at its outcome.
problem-code-job-no-desk = This system has no folder for documents and evidence
problem-code-job-no-desk-next = Whoever runs it starts it with “sla serve --out FOLDER”.
problem-code-evidence-missing = Evidence of this month is missing
problem-code-evidence-missing-next = Bring it back from a copy, or close the month again.
problem-code-evidence-altered = Evidence of this month was altered
problem-code-evidence-altered-next = Bring it back from a copy; what lies there now proves nothing.
problem-code-bundle-otherwise = The month cannot be sealed: what is there does not make it again
problem-code-bundle-otherwise-next = Nobody could check such a bundle. Whoever runs this system names the catalogue and the templates with which the month was closed.
problem-code-catalogue-another = The text is another document than the one that is open
problem-code-catalogue-another-next = Its kind and name stay as they are. Enter another document as a new one.
problem-code-request-too-long = The text is too long
problem-code-request-too-long-next = At most one mebibyte is taken.
problem-code-catalogue-unsound = The catalogue has defects
problem-code-catalogue-unsound-next = They stand below, with file and line.
problem-code-catalogue-nowhere = There is no catalogue yet
problem-code-catalogue-nowhere-next = Enter the first document under Catalogue; whoever runs this system can also name a folder.
problem-code-catalogue-empty = The catalogue’s folder holds no catalogue
problem-code-catalogue-empty-next = It needs at least one file that ends in .yaml or .yml.
problem-code-catalogue-unreadable = The catalogue cannot be read
problem-code-catalogue-unreadable-next = Whoever runs this system checks the folder and its permissions; the message names the file.
problem-code-ledger-newer = The ledger is of a newer version of SLA Desk
problem-code-ledger-newer-next = Use that version. The ledger was left as it is.
problem-code-ledger-not-a-ledger = This is no ledger of SLA Desk
problem-code-ledger-not-a-ledger-next = Choose another place; what lies there was left as it is.
problem-code-ledger-address = This is no address of a ledger
problem-code-ledger-address-next = It looks like this: postgres://USER:PASSWORD@SERVER/DATABASE.
problem-code-desk-folder = This is no whole path
problem-code-desk-folder-next = Name the folder from the root on, such as /home/anna/sla-desk.
problem-code-desk-settings = The file that remembers this desk cannot be read or written
problem-code-desk-settings-next = The message names it. Mend or remove it, then start again.
problem-code-desk-named = This desk was named when the program was started
problem-code-desk-named-next = Start it without naming one to choose another.
problem-code-keychain-refused = The system's keychain does not answer
problem-code-keychain-refused-next = Unlock it and try again. Without a keychain “sla month bundle” seals with a key in a file, and credentials of sources stand in the environment.
problem-code-keychain-no-entry = The keychain has no such entry
problem-code-keychain-no-entry-next = Keep it under Settings, or check the name.
problem-code-secret-not-named = No data source asks for these credentials any more
problem-code-secret-not-named-next = The list is out of date; open the page again.
problem-code-secret-empty = Nothing was entered
problem-code-secret-empty-next = Enter the token, the password or the address.
problem-code-keychain-taken = This computer has a key already
problem-code-keychain-taken-next = What it sealed is checked with it. Remove it first, if that is what you want.
problem-code-key-passphrase = The passphrase is not that of the key
problem-code-key-passphrase-next = Check the passphrase; if it is right, the file is damaged.
problem-code-key-no-secret = This is no secret key
problem-code-key-no-secret-next = Choose the file that “sla key new” or “minisign -G” made, and not the one that ends with .pub.
problem-code-key-bare = The key is not protected by a passphrase
problem-code-key-bare-next = “minisign -C” gives it one.

# Templates
room-templates = Templates
templates-purpose = Wording and look of reports and letters, with a preview of an invented month
template-files = Templates
template-group-letter = Letters
template-group-report = Reports and summaries
template-group-look = Look
template-group-words = Words
template-letter-met = Cover letter: all met
template-letter-breached = Cover letter: commitment missed
template-letter-undecidable = Cover letter: undecidable
template-letter-head = Head of the other letters
template-letter-breach = Error budget used up
template-letter-credit = Notice of the credit
template-letter-restatement = Restatement of a month
template-letter-maintenance = Notice of maintenance
template-letter-year = A year that was kept
template-settlement = Section on what was decided
template-report = Monthly report
template-statement = Statement for finance
template-governance = Summary for governance
template-words = Words of documents
template-workbook = Words of the workbook
template-theme = Sender, colours and fonts
template-theme-tenant = Look for one customer
template-own = own version
template-builtin = built-in version
template-new = not saved yet
template-open = open
template-changed = last changed by { $who }, { $at }
template-text = Text of { $name }
template-sound = No mistakes: every document can be drawn with it.
template-document = Document
template-language = Language
template-verdict = Verdict of the month
template-for = For
template-for-all = all customers
template-preview = Preview: { $name }
template-drawing = The preview is being drawn …
template-last-page = The preview shows the last state without mistakes.
template-no-page = There is a preview once the mistakes are mended.
template-saved = Saved. All documents are drawn with it from now on; what was issued stays as it is.
template-reset = Reset
template-reset-title = Reset “{ $name }”?
template-reset-what = Your version is deleted, and the built-in one counts again. The audit trail keeps who did that when; it does not keep the text.
template-remove = Remove
template-remove-title = Remove “{ $name }”?
template-remove-what = The file is deleted. As long as a look names it, that is refused.
template-add = Add
template-add-what = A logo, or a look of its own for the documents of one customer.
template-add-kind = What
template-add-logo = Logo
template-add-theme = Look for one customer
template-add-begin = Begin
template-add-save = Upload
template-no-customer = There is no customer for whom you can add something.
template-logo-choose = Choose a logo
template-logo-none = Choose a file first.
template-logo-kind = A logo is a file that ends with .png or .svg.
template-logo-large = The file is too large; a logo has at most { $most }.
template-logo-there = There is a logo of that name; it is replaced.
template-logo-how = PNG of at most 2 MB, or SVG of at most 512 KB that consists of paths and full colours.
template-logo-use = A logo appears once the look names it:
template-logo-replace = Replace
template-gone = There is no template “{ $name }” any more.
templates-no-folder = Templates can be read here, but not changed: the program was started without a folder for them (--templates DIR).
templates-not-yours = Your account may read this template, but not change it.
templates-choose = Choose a template on the left
templates-help-files = Every template is there in German and in English. A dot tells that you have a version of your own; everything else is built in.
templates-help-fill = What stands between curly braces is filled in by the program. The sentences around it are yours to change; the preview beside the text shows the result while you write.
templates-help-save = It is saved once every document can be drawn with it. Mistakes stand at their line.
language-de = German
language-en = English
may-templates-read = Read templates
may-templates-write = Change templates
action-template-changed = Template changed
action-template-reset = Template reset
problem-code-templates-no-folder = Templates cannot be saved here
problem-code-templates-no-folder-next = Start the program with a folder for them: --templates DIR.
problem-code-templates-unsound = The templates would have mistakes with it
problem-code-templates-unsound-next = Nothing was saved. Mend the mistakes, then save.
problem-code-templates-too-large = The file is too large
problem-code-templates-too-large-next = A template and an SVG have at most 512 KB, a PNG at most 2 MB.
problem-code-templates-name = No template has that name
problem-code-templates-name-next = A logo is a file that ends with .png or .svg, and its name has no slashes.
problem-code-desk-templates = The templates of the desk have mistakes
problem-code-desk-templates-next = Somebody changed them outside of the program. Mend the mistake in the file that is named, and open the desk again.

## Days that are captured before their month is closed

evidence-view-days = Daily capture
captured-what = Servers forget their measurements, many after two weeks. What is captured day by day is there on the first of the month; this calendar tells which days are.
captured-go = Which days were captured already
captured-title = Captured days of { $month }
captured-empty = Nothing is captured day by day in { $month }
captured-empty-next = Either no contract is in force then, or all commitments are measured from files, which stay and are read when the month is closed.
captured-of = { $days ->
    [one] { $complete } of { $over } day is there
   *[other] { $complete } of { $over } days are there
}
captured-so-far = { $days ->
    [one] { $complete } of { $over } day so far is there
   *[other] { $complete } of { $over } days so far are there
}
captured-day = { $customer }, { $promise }, { $day }
captured-zone = Day in { $zone }
captured-versions = { $count ->
    [one] { $count } version
   *[other] { $count } versions
}
captured-counts = This one counts
captured-warned = The source warned of something; its words are below.
captured-evidence = Show what was asked and noticed
captured-nothing-noted = The source warned of nothing, and nothing was noticed.
captured-no-clock = When a day was captured is not noted: evidence holds no clock, so that equal measurements are equal files.
captured-means-there = Every slice of this day is there. Closing the month needs the server no more for it.
captured-means-partial = Some slices of this day are unknown. Capturing again asks for the day once more; what is there stays unless the server knows more.
captured-means-unknown = The server answered and knew no slice of this day. Check that it was measuring then; capturing again asks once more.
captured-means-missing = This day is over and was not captured. Capture it before the server forgets it.
captured-means-open = This day is not over, or less than half an hour ago. It can be captured after that.
captured-means-not-due = The commitment is not measured on this day.
day-captured-there = There
day-captured-partial = In part
day-captured-unknown = Unknown
day-captured-missing = Missing
day-captured-open = Not yet over
day-captured-not-due = Nothing due
capture-now = Capture now
capture-now-what = Captures every day of { $month } that is over and not there with all of its slices.
capture-of = Capture of { $month }
capture-underway = Days are being captured; this takes one job at a time.
capture-choose-first = Choose one of your customers at the top first.
capture-progress = { $done } of { $of } requests done
capture-cancelled = It was called off. Days that were captured by then are there.
capture-interrupted = The program was stopped while it captured. Days that were captured by then are there; capture again for the rest.
capture-nothing-missing = Nothing was missing.
capture-first = { $count ->
    [one] { $count } request captured for the first time
   *[other] { $count } requests captured for the first time
}
capture-better = { $count ->
    [one] { $count } request knows more than before
   *[other] { $count } requests know more than before
}
capture-same = { $count ->
    [one] { $count } request knows no more than before; what was there stays
   *[other] { $count } requests know no more than before; what was there stays
}
capture-failures = No evidence came
capture-failed-day = { $count ->
    [one] { $count } request for { $day }
   *[other] { $count } requests for { $day }
}
capture-failed-days = { $count ->
    [one] { $count } request from { $first } to { $last }
   *[other] { $count } requests from { $first } to { $last }
}
capture-wanted-by = Wanted by
capture-help = What daily capture is
capture-help-why = A month can only be closed once it is over. Many servers keep measurements for 15 days, and have then forgotten the first half. A day that is captured is kept as evidence with its hash, and the close takes it from there.
capture-help-files = Commitments that are measured from files are not listed here: files stay.
capture-help-timer = It happens by itself when a timer runs this command every night; a systemd timer and a Kubernetes CronJob come with the program:
capture-help-month = By hand, for a month:
capture-help-ledger = With a catalogue in the ledger:
capture-help-folder = The folder for evidence is the one that months are closed into.
problem-code-captures-nothing = There is nothing to capture
problem-code-captures-nothing-next = Either no day of the month is over for half an hour, or nothing in it is measured at a server.
problem-code-captures-busy = Another program captures days at this moment
problem-code-captures-busy-next = Wait until it has ended, such as the nightly timer, then capture again.
problem-code-evidence-no-conditions = The place where evidence is kept writes over what is there
problem-code-evidence-no-conditions-next = Nothing was recorded. Have the server of the bucket brought up to date or replaced: it must keep to conditions (If-None-Match, If-Match).
problem-code-evidence-unreachable = The place where evidence is kept cannot be reached
problem-code-evidence-unreachable-next = Nothing was recorded. Have the network and the endpoint checked (of S3 AWS_ENDPOINT_URL), then try again.
problem-code-evidence-credentials = The place where evidence is kept refuses the credentials
problem-code-evidence-credentials-next = Have the keys checked (of S3 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY). Nothing is recorded until then.
problem-code-evidence-forbidden = The program may not use the place where evidence is kept
problem-code-evidence-forbidden-next = Have it granted reading, writing and listing (of S3 s3:GetObject, s3:PutObject and s3:ListBucket).
problem-code-evidence-no-bucket = The bucket where evidence is kept does not exist
problem-code-evidence-no-bucket-next = Have it created, or the address in SLA_EVIDENCE corrected.
problem-code-evidence-refused = The server where evidence is kept refuses
problem-code-evidence-refused-next = Its log says why. Nothing was recorded.
problem-code-evidence-too-long = Something that cannot be evidence lies where evidence is kept
problem-code-evidence-too-long-next = Have it checked who put it there, and bring the evidence back from a copy.
problem-code-evidence-address = The place where evidence is kept is given wrongly
problem-code-evidence-address-next = SLA_EVIDENCE holds a folder or an address such as s3://BUCKET/PREFIX, without a user or a secret.
problem-code-evidence-plain-http = The place where evidence is kept would be spoken to without encryption
problem-code-evidence-plain-http-next = Give the endpoint with https, of S3 in AWS_ENDPOINT_URL; where the network is trusted, AWS_ALLOW_HTTP=true does as well.
problem-code-evidence-settings = What the environment says of the place where evidence is kept cannot be used
problem-code-evidence-settings-next = Have region, endpoint and keys checked.
problem-code-job-underway = Days are captured already
problem-code-job-underway-next = Wait until that has ended, or call it off.
problem-code-job-month-ahead = The month has not begun
problem-code-job-month-ahead-next = Choose a month that has days which are over.

readings-title = Two readings
readings-of = Two readings of { $title }
readings-about = The contract holds a second reading, “{ $sli }”, against the commitment’s own. They may differ by at most { $tolerance } percentage points.
readings-first = First reading
readings-second = Second reading
readings-counted = { $good } of { $total }
readings-good = Good ({ $unit })
readings-range = { $low } to { $high }
readings-consumed = Consumed
readings-alone = Result of it alone
readings-difference = They differ by { $points } percentage points.
readings-no-difference = One of them had nothing to judge, so that no difference can be told.
readings-agree = They agree; the first one is judged.
readings-differ = That is more than the contract allows, and nobody can say which one is right: the commitment is undecidable, and the amount goes from the least to the most of both. Counts, outages and charts here are those of the first reading.
readings-open-first = Time without evidence leaves open whether they agree; under the contract the first one is judged.
readings-open-undecidable = Whether they agree is open; under the contract the commitment is then undecidable, and the amount goes from the least to the most of both. Counts, outages and charts here are those of the first reading.
readings-first-only = Down by the first reading only: { $time }.
readings-second-only = Down by the second reading only: { $time }.
captured-second = { $title }, second reading ({ $sli })
