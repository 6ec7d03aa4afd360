//! The table of permissions: one line each, one column for each role.

use std::fmt::Write as _;

use super::{Permission, Role};

/// Columns in the order of [`Role::ALL`]: admin, account manager, finance, governance, operator, tenant viewer, machine.
type Line = (Permission, &'static str, [bool; 7], &'static str);

const Y: bool = true;
const N: bool = false;

#[rustfmt::skip]
const MATRIX: [Line; 25] = [
    //                                                                A  M  F  G  O  T  X
    (Permission::TenantsRead,       "tenants.read",       [Y, Y, Y, Y, Y, Y, Y], "see tenants"),
    (Permission::ContractsRead,     "contracts.read",     [Y, Y, Y, Y, Y, Y, Y], "see contracts and their versions"),
    (Permission::SlosRead,          "slos.read",          [Y, Y, Y, Y, Y, Y, Y], "see objectives and their history"),
    (Permission::SlosWrite,         "slos.write",         [N, N, N, N, Y, N, Y], "change objectives, contracts, tenants"),
    (Permission::MonthsRead,        "months.read",        [Y, Y, Y, Y, Y, Y, Y], "see months and where figures come from"),
    (Permission::MonthsClose,       "months.close",       [N, Y, N, N, N, N, Y], "close and restate months"),
    (Permission::MonthsCompare,     "months.compare",     [N, Y, Y, Y, N, N, Y], "state months under every reading of a contract"),
    (Permission::MonthsReview,      "months.review",      [N, Y, Y, N, N, N, N], "hand months to review and back"),
    (Permission::MonthsApprove,     "months.approve",     [N, N, Y, N, N, N, N], "approve months"),
    (Permission::MonthsIssue,       "months.issue",       [N, Y, Y, N, N, N, N], "issue approved months"),
    (Permission::CreditsDecide,     "credits.decide",     [N, N, Y, N, N, N, N], "decide and reject credits"),
    (Permission::CreditsApprove,    "credits.approve",    [N, N, Y, N, N, N, N], "approve credits"),
    (Permission::CreditsReverse,    "credits.reverse",    [N, N, Y, N, N, N, N], "take issued credits back"),
    (Permission::CommentsWrite,     "comments.write",     [N, Y, Y, Y, Y, N, N], "comment on months and credits"),
    (Permission::ExclusionsRequest, "exclusions.request", [N, Y, N, N, Y, N, Y], "ask for exclusions"),
    (Permission::ExclusionsDecide,  "exclusions.decide",  [N, Y, N, Y, N, N, N], "approve and refuse exclusions of others"),
    (Permission::IncidentsWrite,    "incidents.write",    [N, Y, N, N, Y, N, Y], "enter incidents"),
    (Permission::DocumentsRead,     "documents.read",     [N, Y, Y, Y, Y, Y, Y], "read reports, letters and tables"),
    (Permission::TemplatesRead,     "templates.read",     [Y, Y, Y, Y, Y, N, Y], "see the wording and look of documents"),
    (Permission::TemplatesWrite,    "templates.write",    [Y, Y, N, N, N, N, N], "change the wording and look of documents"),
    (Permission::EvidenceRead,      "evidence.read",      [N, Y, Y, Y, Y, Y, Y], "read evidence"),
    (Permission::BillingRead,       "billing.read",       [N, Y, Y, Y, N, N, Y], "see charges, credits and caps; export bookings"),
    (Permission::AuditRead,         "audit.read",         [Y, N, N, Y, N, N, N], "read and verify the audit chain"),
    (Permission::AccountsRead,      "accounts.read",      [Y, N, N, Y, N, N, N], "see accounts, tokens and limits"),
    (Permission::AccountsWrite,     "accounts.write",     [Y, N, N, N, N, N, N], "add and change accounts, tokens and limits"),
];

fn line(permission: Permission) -> &'static Line {
    MATRIX.iter().find(|line| line.0 == permission).expect("every permission has its line")
}

pub(super) fn may(role: Role, permission: Permission) -> bool {
    let column = Role::ALL.iter().position(|one| *one == role).expect("every role has its column");
    line(permission).2[column]
}

pub(super) fn name(permission: Permission) -> &'static str {
    line(permission).1
}

/// Every permission, in the order of the table.
pub fn permissions() -> impl Iterator<Item = Permission> {
    MATRIX.iter().map(|line| line.0)
}

/// The table as Markdown, for the documentation.
pub fn markdown() -> String {
    let mut text = String::from("| permission | what for |");
    for role in Role::ALL {
        write!(text, " {} |", role.name().replace('_', " ")).expect("writing to a text");
    }
    text.push_str("\n|---|---|");
    text.push_str(&":-:|".repeat(Role::ALL.len()));
    for (_, name, roles, purpose) in &MATRIX {
        write!(text, "\n| `{name}` | {purpose} |").expect("writing to a text");
        for may in roles {
            text.push_str(if *may { " yes |" } else { " – |" });
        }
    }
    text.push('\n');
    text
}
