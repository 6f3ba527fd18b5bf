//! What makes one version of a document of another.

use bson::{RawDocument, RawDocumentBuf};

/// The way from one version of a document to the next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Difference {
    /// They are the same.
    Nothing,
    /// These fields have other values.
    Fields(RawDocumentBuf),
    /// They have other fields, or in another order: a document must not show what it was before.
    Shape,
}

impl Difference {
    /// From one version to the other. Fields count as a whole, with all that is in them.
    pub(crate) fn between(old: &RawDocument, new: &RawDocument) -> Self {
        let mut changed = RawDocumentBuf::new();
        let (mut before, mut after) = (old.iter(), new.iter());
        loop {
            match (before.next(), after.next()) {
                (None, None) => break,
                (Some(Ok((name, was))), Some(Ok((same, is)))) if name == same => {
                    if was != is {
                        changed.append(name, is);
                    }
                }
                _ => return Self::Shape,
            }
        }
        if changed.is_empty() { Self::Nothing } else { Self::Fields(changed) }
    }
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn fields_count_by_their_names_values_and_order() {
        let old = rawdoc! { "_id": "a", "count": 1_i64, "inner": { "x": 1, "y": [1, 2] }, "at": null };
        for (new, expected) in [
            (old.clone(), Difference::Nothing),
            (
                rawdoc! { "_id": "a", "count": 2_i64, "inner": { "x": 1, "y": [1, 2] }, "at": null },
                Difference::Fields(rawdoc! { "count": 2_i64 }),
            ),
            (
                rawdoc! { "_id": "a", "count": 1_i64, "inner": { "x": 1, "y": [2, 1] }, "at": "now" },
                Difference::Fields(rawdoc! { "inner": { "x": 1, "y": [2, 1] }, "at": "now" }),
            ),
            // A number of another type is another value: documents are compared by their bytes.
            (
                rawdoc! { "_id": "a", "count": 1_i32, "inner": { "x": 1, "y": [1, 2] }, "at": null },
                Difference::Fields(rawdoc! { "count": 1_i32 }),
            ),
            (rawdoc! { "_id": "a", "count": 1_i64, "inner": { "x": 1, "y": [1, 2] } }, Difference::Shape),
            (rawdoc! { "_id": "a", "inner": { "x": 1, "y": [1, 2] }, "count": 1_i64, "at": null }, Difference::Shape),
            (
                rawdoc! { "_id": "a", "count": 1_i64, "inner": { "x": 1, "y": [1, 2] }, "at": null, "more": 1 },
                Difference::Shape,
            ),
        ] {
            assert_eq!(Difference::between(&old, &new), expected, "{new:?}");
        }
    }
}
