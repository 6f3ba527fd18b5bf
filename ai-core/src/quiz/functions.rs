//! Functions and other names of code.

use super::facts::{Fact, FactKind};
use super::lesson::{Lesson, Unit};
use crate::text::TokenKind;

/// Functions that a course teaches, by where they are at home: wrong answers when a text names too few.
const FAMILIES: &[&[&str]] = &[
    &[
        "SOMME",
        "MOYENNE",
        "RECHERCHEV",
        "RECHERCHEX",
        "RECHERCHEH",
        "INDEX",
        "EQUIV",
        "SI",
        "SI.CONDITIONS",
        "SOMME.SI",
        "NB.SI",
        "SIERREUR",
        "CONCATENER",
        "NB",
        "NBVAL",
        "MAX",
        "MIN",
        "ARRONDI",
        "AUJOURDHUI",
        "GAUCHE",
        "DROITE",
        "STXT",
        "MEDIANE",
        "ECARTYPE",
        "SOMMEPROD",
        "DECALER",
        "INDIRECT",
        "TRANSPOSE",
        "FILTRE",
        "TRIER",
        "UNIQUE",
        "ET",
        "OU",
    ],
    &[
        "SUM",
        "AVERAGE",
        "VLOOKUP",
        "XLOOKUP",
        "HLOOKUP",
        "INDEX",
        "MATCH",
        "IF",
        "IFS",
        "SUMIF",
        "SUMIFS",
        "COUNTIF",
        "COUNTIFS",
        "IFERROR",
        "CONCAT",
        "COUNT",
        "COUNTA",
        "MAX",
        "MIN",
        "ROUND",
        "TODAY",
        "LEFT",
        "RIGHT",
        "MID",
        "MEDIAN",
        "STDEV",
        "SUMPRODUCT",
        "OFFSET",
        "INDIRECT",
        "TRANSPOSE",
        "FILTER",
        "SORT",
        "UNIQUE",
    ],
    &[
        "mean",
        "median",
        "sum",
        "sd",
        "var",
        "length",
        "nrow",
        "ncol",
        "summary",
        "head",
        "tail",
        "str",
        "c",
        "paste",
        "lapply",
        "sapply",
        "apply",
        "tapply",
        "data.frame",
        "read.csv",
        "write.csv",
        "library",
        "install.packages",
        "filter",
        "mutate",
        "select",
        "arrange",
        "group_by",
        "summarise",
        "ggplot",
        "lm",
        "plot",
        "hist",
        "factor",
        "merge",
        "seq",
        "rep",
        "which",
        "subset",
        "table",
    ],
    &[
        "print",
        "len",
        "range",
        "input",
        "open",
        "type",
        "int",
        "str",
        "float",
        "list",
        "dict",
        "set",
        "tuple",
        "sorted",
        "enumerate",
        "zip",
        "map",
        "filter",
        "sum",
        "min",
        "max",
        "append",
        "read_csv",
        "groupby",
        "merge",
        "head",
        "describe",
        "dropna",
        "fillna",
        "iloc",
        "loc",
        "to_csv",
        "apply",
        "pivot_table",
        "value_counts",
        "DataFrame",
        "Series",
    ],
];

/// What announces a name of code, folded.
const ANNOUNCERS: &[&str] = &[
    "fonction",
    "fonctions",
    "function",
    "functions",
    "methode",
    "methodes",
    "method",
    "methods",
    "commande",
    "commandes",
    "command",
    "commands",
    "package",
    "packages",
    "bibliotheque",
    "library",
    "instruction",
    "operateur",
    "operator",
    "mot-cle",
    "keyword",
];

/// The functions in a unit.
pub(super) fn find(lesson: &Lesson, index: usize) -> Vec<Fact> {
    let unit = &lesson.units[index];
    let mut found = Vec::new();
    for at in 0..unit.tokens.len() {
        if let Some(weight) = worth(lesson, unit, at) {
            found.push(Fact::of_tokens(lesson, index, (at, at), FactKind::Function, weight));
        }
    }
    found
}

fn worth(lesson: &Lesson, unit: &Unit, at: usize) -> Option<f64> {
    let token = &unit.tokens[at];
    let text = unit.text(&token.range);
    // `B4` is a cell.
    let is_cell = text.len() <= 5
        && text
            .trim_start_matches(|letter: char| letter.is_ascii_uppercase())
            .bytes()
            .all(|byte| byte.is_ascii_digit())
        && text.ends_with(|letter: char| letter.is_ascii_digit());
    if is_cell
        || token.kind != TokenKind::Word
        || text.contains(['\'', '’', '-'])
        || !text.is_ascii() && !text.to_uppercase().eq(text)
    {
        return None;
    }
    let before = unit.gap_before(at);
    if before.ends_with(['/', '@', '.', '"', '\'', '<', '$'])
        || unit.source[token.range.end..].starts_with(['/', '@', '"', '\'', '>'])
    {
        return None;
    }
    let is_called = unit.source[token.range.end..].starts_with('(')
        && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_'));
    if unit.is_code {
        return (is_called && (text.len() > 1 || family(text).is_some())).then_some(0.9);
    }
    if lesson.code.contains(text) {
        return (text.len() > 1).then_some(1.15);
    }
    let is_known_formula =
        text.len() > 2 && text.chars().all(|letter| letter.is_uppercase() || letter == '.') && family(text).is_some();
    let announced = at.checked_sub(1).is_some_and(|index| ANNOUNCERS.contains(&unit.tokens[index].folded.as_str()));
    let looks_so = is_identifier(text) || family(text).is_some() && (is_called || text.chars().all(char::is_uppercase));
    if is_called && text.len() > 1 || is_known_formula || (announced && looks_so) || is_identifier(text) {
        return Some(1.1);
    }
    None
}

/// `snake_case`, `read.csv`, `groupBy`: what no sentence writes.
fn is_identifier(text: &str) -> bool {
    let mut parts = text.split(['_', '.']);
    let is_split = text.contains(['_', '.'])
        && parts.all(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let ends = ["com", "fr", "org", "net", "eu", "io", "gov", "edu", "uk"];
    let is_address = text.starts_with("www.")
        || text.rsplit('.').next().is_some_and(|end| ends.contains(&end)) && text.contains('.');
    let bytes = text.as_bytes();
    let is_camel = bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    (is_split && !is_address) || is_camel && text.len() > 4
}

/// The functions that are at home where this one is; none when it is not known.
pub(super) fn family(text: &str) -> Option<&'static [&'static str]> {
    FAMILIES.iter().copied().find(|family| family.contains(&text))
}
