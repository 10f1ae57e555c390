//! `{html_select_time}`

use super::select::{Entry, Field};
use super::{EvaluatedAttributes, Evaluator, RenderResult, user_error};
use crate::php::{Str, Value};

const KNOWN: [&str; 37] = [
    "time",
    "prefix",
    "field_array",
    "field_separator",
    "option_separator",
    "all_extra",
    "hour_extra",
    "minute_extra",
    "second_extra",
    "meridian_extra",
    "all_empty",
    "hour_empty",
    "minute_empty",
    "second_empty",
    "meridian_empty",
    "all_id",
    "hour_id",
    "minute_id",
    "second_id",
    "meridian_id",
    "hour_format",
    "hour_value_format",
    "minute_format",
    "minute_value_format",
    "second_format",
    "second_value_format",
    "display_hours",
    "display_minutes",
    "display_seconds",
    "display_meridian",
    "use_24_hours",
    "minute_interval",
    "second_interval",
    "hour_size",
    "minute_size",
    "second_size",
    "meridian_size",
];

impl Evaluator<'_> {
    pub(super) fn html_select_time(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let mut extra = Vec::new();
        for (name, value) in &given.0 {
            if !KNOWN.iter().any(|known| known.as_bytes() == name.as_bytes()) {
                self.extra_attribute(&mut extra, name, value)?;
            }
        }
        let time = self.time_of(given)?;
        let part = |at: usize| time.get(at).copied().flatten();
        let (hour, minute, second) = (part(0), part(1), part(2));
        let field = |part, key| Field { given, part, key, extra: &extra, default_prefix: "Time_" };
        let flag = |name: &str| given.last(name).is_none_or(Value::truthy);
        let mut fields = Vec::new();
        if flag("display_hours") {
            let hours = self.hours(given, hour)?;
            fields.push(self.drop_down(&field("Hour", "hour"), hours)?);
        }
        if flag("display_minutes") {
            let minutes = self.sixty(given, "minute", minute)?;
            fields.push(self.drop_down(&field("Minute", "minute"), minutes)?);
        }
        if flag("display_seconds") {
            let seconds = self.sixty(given, "second", second)?;
            fields.push(self.drop_down(&field("Second", "second"), seconds)?);
        }
        if flag("display_meridian") && !flag("use_24_hours") {
            let hour = hour.unwrap_or(0);
            let halves = vec![
                (b"am".to_vec(), b"AM".to_vec(), hour > 0 && hour < 12),
                (b"pm".to_vec(), b"PM".to_vec(), hour >= 12),
            ];
            fields.push(self.drop_down(&field("Meridian", "meridian"), halves)?);
        }
        Ok(self.join_fields(given, fields))
    }

    fn time_of(&mut self, given: &EvaluatedAttributes) -> RenderResult<Vec<Option<i64>>> {
        match given.last("time") {
            Some(Value::Null) => Ok(vec![None; 3]),
            Some(Value::Array(parts)) => {
                let now = self.time_parts(None, "%H-%M-%S")?;
                let prefix = given.last("prefix").map_or_else(|| "Time_".into(), Value::to_str).to_lossy();
                let inner = parts.get_str(&given.text("field_array")).cloned().unwrap_or_default();
                let inner = inner.to_array();
                let hour = format!("{prefix}Hour");
                let Some(from) = [parts, &inner].into_iter().find(|from| from.get_str(hour.as_bytes()).is_some())
                else {
                    return Ok(vec![None; 3]);
                };
                let part = |name: &str, at: usize| {
                    let value = from.get_str(format!("{prefix}{name}").as_bytes());
                    value.map(|value| value.to_str().to_lossy()).unwrap_or_else(|| {
                        now.get(at).copied().flatten().map(|n| format!("{n:02}")).unwrap_or_default()
                    })
                };
                let meridian = from.get_str(format!("{prefix}Meridian").as_bytes());
                let meridian = meridian.map(|m| format!(" {}", m.to_str().to_lossy())).unwrap_or_default();
                let text = [part("Hour", 0), part("Minute", 1), part("Second", 2)].join(":") + &meridian;
                self.time_parts(Some(&Value::Str(Str::from(text))), "%H-%M-%S")
            }
            time => self.time_parts(time, "%H-%M-%S"),
        }
    }

    fn hours(&mut self, given: &EvaluatedAttributes, hour: Option<i64>) -> RenderResult<Vec<Entry>> {
        let whole_day = given.last("use_24_hours").is_none_or(Value::truthy);
        let shown = hour.map(|hour| match hour {
            hour if whole_day => hour,
            0 => 12,
            hour if hour > 12 => hour - 12,
            hour => hour,
        });
        let range = if whole_day { 0..=23 } else { 1..=12 };
        let mut entries = Vec::new();
        for n in range {
            let text = self.formatted(given, "hour_format", "%02d", n)?;
            let value = self.formatted(given, "hour_value_format", "%02d", n)?;
            entries.push((value, text, shown == Some(n)));
        }
        Ok(entries)
    }

    /// Minutes or seconds in steps of the interval; the last one at or before the time is selected.
    fn sixty(&mut self, given: &EvaluatedAttributes, unit: &str, current: Option<i64>) -> RenderResult<Vec<Entry>> {
        let interval = given.last(&format!("{unit}_interval")).map_or(1, Value::to_int);
        if interval <= 0 {
            return Err(user_error(&format!("html_select_time: {unit}_interval must be positive")));
        }
        let (format, value_format) = (format!("{unit}_format"), format!("{unit}_value_format"));
        let selected = current.map(|current| current - current % interval);
        let mut entries = Vec::new();
        let mut n = 0;
        while n <= 59 {
            let text = self.formatted(given, &format, "%02d", n)?;
            let value = self.formatted(given, &value_format, "%02d", n)?;
            entries.push((value, text, selected == Some(n)));
            n = n.saturating_add(interval);
        }
        Ok(entries)
    }
}
