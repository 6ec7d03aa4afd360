//! The templates that come with the program.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalogue::yaml::{self, Node};

/// A template that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedTemplate {
    /// What contracts call it.
    pub name: &'static str,
    /// Its YAML.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(ShippedTemplate {
            name: $name,
            text: include_str!(concat!("../../../../../../assets/templates/", $name, ".yaml")),
        }),*]
    };
}

/// Every template that comes with the program, in the order of their names. One never changes: terms that somebody
/// agreed on get a new name when they are written anew.
pub static SHIPPED_TEMPLATES: [ShippedTemplate; 32] = shipped![
    "atlassian-cloud-premium",
    "auth0",
    "aws-compute-region",
    "aws-documentdb-multi-az",
    "aws-rds-single",
    "aws-s3-ia",
    "aws-s3-rtc",
    "aws-s3-standard",
    "azure-vm-availability-zones",
    "cloudflare-business",
    "cloudflare-r2",
    "gcp-bigquery",
    "gcp-compute-multi-zone",
    "github-enterprise",
    "mongodb-atlas-data-federation",
    "msp-at-risk-de",
    "msp-at-risk-en",
    "msp-availability-de",
    "msp-availability-en",
    "msp-business-hours-de",
    "msp-business-hours-en",
    "msp-incidents-de",
    "msp-incidents-en",
    "neon-business",
    "opendialog-hosting",
    "ovh-vmware",
    "safespring",
    "slack-2024",
    "taggermedia",
    "tsystems-llm-hub",
    "ukcabinet-kpi-points",
    "upstash-prod-pack",
];

/// The same, read.
pub(super) static SHIPPED: LazyLock<BTreeMap<&'static str, Node>> = LazyLock::new(|| {
    let read = |template: &ShippedTemplate| {
        let file = format!("assets/templates/{}.yaml", template.name);
        let mut findings = Vec::new();
        let read = yaml::documents(&file, template.text, &mut findings);
        let [document] = <[Node; 1]>::try_from(read.documents).expect("a shipped template is one document");
        assert!(findings.is_empty(), "a shipped template is sound: {findings:?}");
        (template.name, document)
    };
    SHIPPED_TEMPLATES.iter().map(read).collect()
});
