//! The questions of a quiz in a body.

use std::collections::BTreeSet;

use domain::quiz::{MAX_QUESTIONS, WrittenQuestion};
use domain::values::{Choices, Explanation, Key, QuestionText, Score, SourceText, ValueError, word};
use events::{Question, QuestionId};
use read_models::QuestionType;
use serde::Deserialize;
use serde_json::Number;
use service_kit::http::{ApiError, FieldError, Fields, Object};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{parsed, uuid};

/// A question with its answer. Choices are counted from 0. What belongs to another type is missing, null or empty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    /// Of a quiz that is changed: the question that this one takes the place of, which keeps its id.
    #[serde(rename = "_id")]
    id: Option<String>,
    /// `single`, `multiple`, `true_false` or `cloze`.
    #[serde(rename = "type")]
    #[schema(nullable = false, required = true)]
    question_type: Option<String>,
    /// 1 to 2,000 characters.
    #[schema(nullable = false, required = true)]
    question: Option<String>,
    /// 2 to 20 different ones of at most 500 characters; required for `single` and `multiple`.
    choices: Option<Vec<String>>,
    /// The right choice; required for `single`.
    answer_index: Option<i64>,
    /// The right choices, at least one; required for `multiple`.
    answer_indexes: Option<Vec<i64>>,
    /// Whether it is true; required for `true_false`.
    answer: Option<bool>,
    /// The accepted spellings, 1 to 20 different ones of at most 500 characters; required for `cloze`. Case, accents and
    /// outer blanks do not count.
    answers: Option<Vec<String>>,
    /// At most 2,000 characters; shown after an attempt.
    explanation: Option<String>,
    /// The sentence that the question was made from; at most 2,000 characters.
    source: Option<String>,
}

/// Questions as they were written, and which of them say which question they take the place of, by their place.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) questions: Vec<WrittenQuestion>,
    replaced: Vec<(usize, QuestionId)>,
}

impl Written {
    /// Refuses to take the place of a question that is none of these, or twice of the same.
    ///
    /// # Errors
    /// 400 with every such question.
    pub(super) fn must_replace(&self, known: &[Question]) -> Result<(), ApiError> {
        let mut left: BTreeSet<QuestionId> = known.iter().map(|question| question.question_id).collect();
        let mut fields = Fields::new();
        for (place, id) in &self.replaced {
            if !left.remove(id) {
                fields.reject(&format!("questions[{place}]._id"), "invalid");
            }
        }
        fields.finish()
    }
}

/// Reads the questions of a body, naming each wrong field by its place: `questions[0].choices`.
pub(super) fn written(fields: &mut Fields, questions: Vec<Object<NewQuestion>>) -> Option<Written> {
    if questions.is_empty() {
        fields.reject("questions", "too_few_items");
        return None;
    }
    if questions.len() > MAX_QUESTIONS {
        fields.reject("questions", "too_many_items");
        return None;
    }
    let mut replaced = Vec::new();
    let mut read = Vec::new();
    for (place, Object(question)) in questions.into_iter().enumerate() {
        let mut within = Within { fields, at: format!("questions[{place}]") };
        let id = within.text("_id", question.id.clone(), uuid);
        replaced.extend(id.map(|id| (place, id)));
        read.push(question.parse(id.unwrap_or_else(|| QuestionId::new(Uuid::now_v7())), &mut within));
    }
    Some(Written { questions: read.into_iter().collect::<Option<_>>()?, replaced })
}

/// Reads the least score that passes.
pub(super) fn passing_score(fields: &mut Fields, number: Option<Number>) -> Option<Score> {
    fields.optional("passing_score", number, |number| parsed(Score::parse(&number.to_string())))
}

/// The fields of one question.
struct Within<'a> {
    fields: &'a mut Fields,
    at: String,
}

impl Within<'_> {
    fn name(&self, field: &str) -> String {
        format!("{}.{field}", self.at)
    }

    fn text<T>(
        &mut self,
        field: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let name = self.name(field);
        self.fields.optional_text(&name, value, parse)
    }

    fn required_text<T>(
        &mut self,
        field: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let name = self.name(field);
        self.fields.required_text(&name, value, |text| parsed(parse(text)))
    }

    fn required<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, ValueError>,
    ) -> Option<U> {
        let name = self.name(field);
        self.fields.required(&name, value, |value| parsed(parse(value)))
    }
}

impl NewQuestion {
    fn parse(self, question_id: QuestionId, within: &mut Within<'_>) -> Option<WrittenQuestion> {
        let question = within.required_text("question", self.question.clone(), QuestionText::parse);
        let explanation = self.explanation.clone();
        let explanation = within.text("explanation", explanation, |text| parsed(Explanation::parse(text)));
        let source = within.text("source", self.source.clone(), |text| parsed(SourceText::parse(text)));
        let question_type = self.question_type.clone();
        let question_type = within.required_text("type", question_type, |text| word(text, QuestionType::from_word));
        let key = self.key(question_type?, within);
        Some(WrittenQuestion { question_id, question: question?, key: key?, explanation, source })
    }

    /// The answer of a question of this type.
    fn key(self, question_type: QuestionType, within: &mut Within<'_>) -> Option<Key> {
        self.refuse_others(question_type, within);
        match question_type {
            QuestionType::Single => {
                let choices = within.required("choices", self.choices, Choices::parse);
                let index = within.required("answer_index", self.answer_index, Ok);
                let choices = choices?;
                within.required("answer_index", Some(index?), |index| Key::single(choices, index))
            }
            QuestionType::Multiple => {
                let choices = within.required("choices", self.choices, Choices::parse);
                let indexes = within.required("answer_indexes", self.answer_indexes, Ok);
                let choices = choices?;
                within.required("answer_indexes", Some(indexes?), |indexes| Key::multiple(choices, &indexes))
            }
            QuestionType::TrueFalse => within.required("answer", self.answer, |answer| Ok(Key::true_false(answer))),
            QuestionType::Cloze => within.required("answers", self.answers, Key::cloze),
        }
    }

    /// Refuses what belongs to questions of another type: whoever sent it meant something else.
    fn refuse_others(&self, question_type: QuestionType, within: &mut Within<'_>) {
        let own: &[&str] = match question_type {
            QuestionType::Single => &["choices", "answer_index"],
            QuestionType::Multiple => &["choices", "answer_indexes"],
            QuestionType::TrueFalse => &["answer"],
            QuestionType::Cloze => &["answers"],
        };
        let given = [
            ("choices", self.choices.as_ref().is_some_and(|list| !list.is_empty())),
            ("answer_index", self.answer_index.is_some()),
            ("answer_indexes", self.answer_indexes.as_ref().is_some_and(|list| !list.is_empty())),
            ("answer", self.answer.is_some()),
            ("answers", self.answers.as_ref().is_some_and(|list| !list.is_empty())),
        ];
        for (field, _) in given.into_iter().filter(|(field, given)| *given && !own.contains(field)) {
            let name = within.name(field);
            within.fields.reject(&name, "invalid");
        }
    }
}
