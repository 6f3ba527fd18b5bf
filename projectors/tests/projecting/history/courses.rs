//! Events of courses, at random.
#![allow(clippy::unwrap_used)]

use events::{
    CourseArchived, CourseChanged, CourseId, CourseRestored, CourseUnpublished, Currency, Domain, FaqAdded, FaqChanged,
    FaqId, FaqRemoved, Language, LessonChanged, LessonId, LessonRemoved, LessonType, ModuleChanged, ModuleId,
    ModuleOutline, ModuleRemoved, Money, OutlineArranged, PricingModel, UserId,
};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use uuid::Uuid;

use super::{Written, created, lesson, lesson_added, module_added, of_course, published};

/// What there is to be changed of a course.
pub(super) struct Known {
    pub(super) id: CourseId,
    pub(super) modules: Vec<(ModuleId, Vec<LessonId>)>,
    faq: Vec<FaqId>,
}

pub fn changed(course_id: CourseId, title: &str, image_url: Option<&str>) -> Written {
    let event = CourseChanged {
        course_id,
        title: title.to_owned(),
        description: "Nettoyer des données".to_owned(),
        short_description: image_url.map(|_| "Avec le tidyverse".to_owned()),
        domain: Domain::R,
        stack: vec!["dplyr".to_owned()],
        price: Money { minor: 1_990, currency: Currency::EUR },
        pricing_model: PricingModel::Subscription,
        keywords: vec!["nettoyage".to_owned()],
        image_url: image_url.map(str::to_owned),
        category: image_url.map(|_| "Statistique".to_owned()),
        language: Language::En,
    };
    of_course(course_id, event)
}

pub fn unpublished(course_id: CourseId) -> Written {
    of_course(course_id, CourseUnpublished { course_id })
}

pub fn archived(course_id: CourseId) -> Written {
    of_course(course_id, CourseArchived { course_id })
}

pub fn restored(course_id: CourseId) -> Written {
    of_course(course_id, CourseRestored { course_id })
}

pub fn module_removed(course_id: CourseId, module_id: ModuleId, lesson_ids: Vec<LessonId>) -> Written {
    of_course(course_id, ModuleRemoved { course_id, module_id, lesson_ids })
}

pub fn lesson_removed(course_id: CourseId, module_id: ModuleId, lesson_id: LessonId) -> Written {
    of_course(course_id, LessonRemoved { course_id, module_id, lesson_id })
}

pub fn arranged(course_id: CourseId, modules: &[(ModuleId, Vec<LessonId>)]) -> Written {
    let place = |(module_id, lessons): &(ModuleId, Vec<LessonId>)| ModuleOutline {
        module_id: *module_id,
        lesson_ids: lessons.clone(),
    };
    of_course(course_id, OutlineArranged { course_id, modules: modules.iter().map(place).collect() })
}

pub fn faq_added(course_id: CourseId, faq_id: FaqId, question: &str) -> Written {
    of_course(course_id, FaqAdded { course_id, faq_id, question: question.to_owned(), answer: "Oui.".to_owned() })
}

/// One event more, of a course of these persons.
pub(super) fn next(random: &mut StdRng, users: &[UserId], courses: &mut Vec<Known>) -> Written {
    let user_id = users[random.random_range(0..users.len())];
    let kind = random.random_range(0..20);
    if kind < 3 || courses.is_empty() {
        let id = CourseId::new(some_id(random));
        courses.push(Known { id, modules: Vec::new(), faq: Vec::new() });
        return created(id, user_id, "Été et cœur: R");
    }
    let pick = random.random_range(0..courses.len());
    let course = &mut courses[pick];
    match kind {
        3 => published(course.id),
        4 => unpublished(course.id),
        5 => archived(course.id),
        6 => restored(course.id),
        7 => changed(course.id, "R, la suite", random.random_bool(0.5).then_some("https://example.org/r.png")),
        8 | 9 => of_faq(random, course),
        _ => of_outline(random, course),
    }
}

fn some_id(random: &mut StdRng) -> Uuid {
    Uuid::from_u128(random.next_u64().into())
}

fn of_faq(random: &mut StdRng, course: &mut Known) -> Written {
    let (course_id, kind) = (course.id, random.random_range(0..4));
    if kind < 2 || course.faq.is_empty() {
        let faq_id = FaqId::new(some_id(random));
        course.faq.push(faq_id);
        return faq_added(course_id, faq_id, "Faut-il Excel 365 ?");
    }
    let pick = random.random_range(0..course.faq.len());
    if kind == 2 {
        let faq_id = course.faq.remove(pick);
        return of_course(course_id, FaqRemoved { course_id, faq_id });
    }
    let (question, answer) = ("Pourquoi ?".to_owned(), "Parce que.".to_owned());
    of_course(course_id, FaqChanged { course_id, faq_id: course.faq[pick], question, answer })
}

fn of_outline(random: &mut StdRng, course: &mut Known) -> Written {
    let (course_id, kind) = (course.id, random.random_range(0..12));
    if kind < 2 || course.modules.is_empty() {
        let module_id = ModuleId::new(some_id(random));
        let place = random.random_range(0..=course.modules.len());
        course.modules.insert(place, (module_id, Vec::new()));
        return module_added(course_id, module_id, u32::try_from(place + 1).unwrap());
    }
    let pick = random.random_range(0..course.modules.len());
    match kind {
        2 => {
            let (module_id, lesson_ids) = course.modules.remove(pick);
            module_removed(course_id, module_id, lesson_ids)
        }
        3 => {
            let (title, description) = ("Filtrer".to_owned(), random.random_bool(0.5).then(|| "En bref".to_owned()));
            let module_id = course.modules[pick].0;
            of_course(course_id, ModuleChanged { course_id, module_id, title, description })
        }
        4 | 5 => {
            let mut lessons: Vec<LessonId> =
                course.modules.iter_mut().flat_map(|(_, lessons)| std::mem::take(lessons)).collect();
            lessons.shuffle(random);
            course.modules.shuffle(random);
            for lesson in lessons {
                let pick = random.random_range(0..course.modules.len());
                course.modules[pick].1.push(lesson);
            }
            arranged(course_id, &course.modules)
        }
        _ => of_lessons(random, course_id, &mut course.modules[pick]),
    }
}

fn of_lessons(random: &mut StdRng, course_id: CourseId, module: &mut (ModuleId, Vec<LessonId>)) -> Written {
    let (module_id, lessons) = (module.0, &mut module.1);
    let kind = random.random_range(0..6);
    if kind < 4 || lessons.is_empty() {
        let lesson_id = LessonId::new(some_id(random));
        let place = random.random_range(0..=lessons.len());
        lessons.insert(place, lesson_id);
        return lesson_added(course_id, module_id, lesson_id, u32::try_from(place + 1).unwrap());
    }
    let pick = random.random_range(0..lessons.len());
    if kind == 4 {
        return lesson_removed(course_id, module_id, lessons.remove(pick));
    }
    let mut anew = lesson(lessons[pick], false);
    if random.random_bool(0.5) {
        let text = format!("<p>Texte <a href=\"https://har.example/api/v1/media/{}\">joint</a></p>", lessons[pick]);
        (anew.lesson_type, anew.video, anew.content) = (LessonType::Text, None, Some(text));
    } else if let Some(video) = &mut anew.video {
        video.duration_seconds = Some(random.random_range(0..5_000));
    }
    of_course(course_id, LessonChanged { course_id, module_id, lesson: anew })
}
