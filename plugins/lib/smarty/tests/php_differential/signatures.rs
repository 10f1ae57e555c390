//! The arguments of each function: one letter per argument (see the generator), a digit for a list of texts.

pub const UNARY: &[&str] = &["neg", "inc", "dec", "echo", "int", "float", "bool", "key"];

pub const BINARY: &[&str] =
    &["+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", "==", "===", "<", "<=", ">", ">=", "<=>"];

/// The last bits in which results of the C library's transcendental functions may differ.
pub fn ulps(name: &str) -> u64 {
    match name {
        "exp" | "expm1" | "log" | "log10" | "log2" | "log1p" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan"
        | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh" | "atan2" | "hypot" | "pow" | "**" => 4,
        _ => 0,
    }
}

/// Whether only the sign of a function's result has a meaning: PHP returns the number of the C library's `memcmp`, which
/// differs from processor to processor.
pub fn tells_only_order(name: &str) -> bool {
    matches!(name, "strcmp" | "strncmp" | "substr_compare")
}

#[rustfmt::skip]
pub fn listed(kind: char) -> &'static [&'static str] {
    match kind {
        '0' => &[
            "%s", "%d", "%05d", "%5.1f", "%-6s|", "%+d", "%x", "%X", "%o", "%b", "%c", "%e", "%.3e", "%g", "%G", "%u",
            "%'*10s", "%05.1f", "%.2f", "%.15g", "%%", "%5s|%-5s", "%2$s-%1$s", "%E", "%10.4f", "%'010d", "%-05d",
            "%s%", "%y",
        ],
        '1' => &[
            "/a/", "/[a-z]+/i", "/\\d+/", "/(\\w)(\\w)/", "/\\s+/u", "#^.#m", "/(?<x>a|b)(c)?/", "/x*/", "/\\b/",
            "/$/", "/^/m", "/[^\\w\\s]/u", "/(a)(?=b)/", "/(?<!a)b/", "/./us", "/(.)\\1/", "~a++b?~",
            "/[[:upper:]]\\w*/", "/,|\\.|-/", "/(\\s)|(\\d)/", "/\\p{Lu}/u", "/a|ab|abc/", "/(?i)THE|quick/",
            "/.{2,3}?/", "/\\R/", "{[aeiou]}", "/(?:ab)+/", "/[\\x41-\\x5a]/",
        ],
        '2' => &[
            "", "x", "[$0]", "$1", "\\1-\\2", "${1}0", "\\\\", "$", "$9",
        ],
        '3' => &[
            "now", "today", "tomorrow", "yesterday noon", "midnight", "2024-02-29", "2024-02-30", "2024/03/10",
            "20240310", "3/10/2024", "10.3.2024", "10-03-2024", "10 March 2024", "March 10, 2024", "Mar 2024",
            "10-Mar-2024", "2024-Mar-10", "2024-03-10 02:30:00", "2024-03-10T15:04:05", "2024-03-10T15:04:05Z",
            "2024-03-10T15:04:05+02:00", "2024-03-10 3pm", "15:04", "3:04:05 pm", "@86400", "@-1", "+1 day",
            "-2 weeks", "+1 week 2 days", "next month", "last year", "next monday", "last friday", "monday",
            "monday next week", "first day of next month", "last day of february 2024",
            "first monday of january 2025", "last fri of march 2024", "+3 hours", "2 days ago", "1 month ago",
            "this week", "saturday this week", "+1 month", "20240310150405", "2024W101", "2024-W10-1", "2024-070",
            "2024", "2099", "May-09-78", "78-Dec-22", "10 Sep 2000 00:00 UTC", "2024-03-10 10:00 EST", "garbage", "",
            "noon tomorrow", "+2 weekdays", "third friday of june 2026", "2024-03", "Sun, 10 Mar 2024 15:04:05 +0100",
            "2024-11-03 01:30", "next week", "12/25", "tuesday 14:00", "2024-03-10 15:04:05.678", "last day of",
            "first day of this month midnight", "11 Oct", "August 5",
        ],
        'U' => &[
            "UTF-8", "utf-8",
        ],
        'D' => &[
            "2024-02-29", "2024-03-10 02:30:00", "10 March 2024", "2024-03-10T15:04:05Z", "20240310150405", "@86400",
            "0", "1710097445", "3/10/2024", "2024-11-03 01:30", "0000-00-00", "", "first monday of january 2025",
            "2024-03-10 3pm",
        ],
        '4' => &[
            "Y-m-d H:i:s", "D, d M Y", "N jS z t L o W", "y n G g h A a B", "I O P p T Z c", "r", "U", "\\Y\\m l F",
            "H\\hi", "u v",
        ],
        '5' => &[
            "%Y-%m-%d %H:%M:%S", "%a %A %b %B %e", "%j %u %w %U %W %V %G %g", "%I %l %p %P %k", "%D %F %T %R %r",
            "%C %y %h %n%t%%", "%s %z %Z", "%x %X %c", "%q", "%-d %_m %0e %^a %#b", "%6Y %-H:%M %_j %^B %#p",
        ],
        '6' => &[
            "html", "htmlall", "url", "urlpathinfo", "quotes", "hex", "hexentity", "decentity", "javascript", "mail",
            "nonstd",
        ],
        '7' => &[
            "md5", "sha1", "sha256", "sha512", "crc32b", "MD5", "nope",
        ],
        '8' => &[
            "<", "le", ">", "ge", "==", "ne", "??",
        ],
        'w' => &["int", "integer", "float", "string", "bool", "array", "null", "Boolean", "nope"],
        'p' => &["n", "N", "C2", "vV", "a5", "A*", "Z4", "H*", "h3", "q", "J", "d", "g", "x2c", "a3X1a2", "z", "s*"],
        'q' => &["n", "Nfirst", "C*", "vx/Vy", "a5t", "A*", "Z4", "H*h", "h3", "q", "dd", "gg", "x2/c", "c2chars", "z", "s*"],
        'e' => &["UTF-8", "sjis", "latin1", "HTML", "7bit", "cp932", "nope", "EUC-JP", "UUENCODE"],
        'x' => &["trim", "strtoupper", "intval", "strrev", "strlen", "\\md5", "is_numeric", "Nope"],
        'y' => &["strcmp", "strcasecmp", "strnatcmp"],
        'v' => &["max", "min", "nope"],
        '9' => &[
            "html", "entity", "htmlall", "url", "other",
        ],
        _ => crate::formats::listed(kind),
    }
}

pub const NOT_COMPARED: &[(&str, &str)] = &[
    ("time", "the clock is given"),
    ("microtime", "the clock is given"),
    ("date_default_timezone_get", "the zone is given"),
    ("print_r", "always returns its text"),
    ("var_export", "always returns its text"),
    ("json_decode", "objects do not exist here"),
    ("key_exists", "an alias"),
    ("json_last_error", "the state of one render, in a case"),
    ("json_last_error_msg", "the state of one render, in a case"),
    ("preg_last_error", "the state of one render, in a case"),
    ("preg_last_error_msg", "the state of one render, in a case"),
    ("preg_replace_callback_array", "patterns with callbacks, in a case"),
    ("strcoll", "depends on the process's locale"),
    ("idate", "compared through date"),
    ("mb_convert_encoding", "fewer encodings"),
    ("constant", "the list is shorter"),
    ("defined", "the list is shorter"),
    ("function_exists", "the list is shorter"),
    ("is_callable", "the list is shorter"),
    ("uniqid", "the clock is given"),
    ("gettimeofday", "the clock is given"),
    ("strftime", "compared with an explicit time below"),
];

#[rustfmt::skip]
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("strtolower", "s"), ("strtoupper", "s"), ("ucfirst", "s"), ("lcfirst", "s"), ("ucwords", "ss"), ("trim", "ss"),
    ("ltrim", "ss"), ("rtrim", "ss"), ("chop", "ss"), ("strrev", "s"), ("addslashes", "s"), ("stripslashes", "s"),
    ("quotemeta", "s"), ("chr", "I"), ("ord", "s"), ("strlen", "s"), ("bin2hex", "s"), ("strpos", "ssi"),
    ("stripos", "ssi"), ("strrpos", "ssi"), ("strripos", "ssi"), ("strstr", "ssb"), ("stristr", "ssb"),
    ("strrchr", "ss"), ("strpbrk", "ss"), ("str_contains", "ss"), ("str_starts_with", "ss"), ("str_ends_with", "ss"),
    ("substr_count", "scii"), ("strspn", "ssii"), ("strcspn", "ssii"), ("substr", "sii"), ("substr_replace", "ssii"),
    ("str_pad", "sisz"), ("str_repeat", "sz"), ("str_split", "si"), ("chunk_split", "sis"), ("explode", "csi"),
    ("implode", "sl"), ("join", "sA"), ("nl2br", "sb"), ("wordwrap", "sisb"), ("str_replace", "cssm"),
    ("str_ireplace", "lls"), ("strtr", "sss"), ("strcmp", "ss"), ("strcasecmp", "ss"), ("strncmp", "ssz"),
    ("strncasecmp", "ssz"), ("strnatcmp", "ss"), ("strnatcasecmp", "ss"), ("similar_text", "ssm"),
    ("levenshtein", "ssiii"), ("soundex", "s"), ("sprintf", "0mm"), ("vsprintf", "0A"), ("number_format", "fzcc"),
    ("htmlspecialchars", "sZmb"), ("htmlentities", "sZmb"), ("htmlspecialchars_decode", "sZ"),
    ("html_entity_decode", "sZ"), ("strip_tags", "ss"), ("urlencode", "s"), ("rawurlencode", "s"), ("urldecode", "s"),
    ("rawurldecode", "s"), ("http_build_query", "AW"), ("base64_encode", "s"), ("base64_decode", "sb"),
    ("hex2bin", "s"), ("md5", "sb"), ("sha1", "sb"), ("hash", "7sb"), ("crc32", "s"), ("ctype_alnum", "m"),
    ("ctype_alpha", "m"), ("ctype_cntrl", "m"), ("ctype_digit", "m"), ("ctype_graph", "m"), ("ctype_lower", "m"),
    ("ctype_print", "m"), ("ctype_punct", "m"), ("ctype_space", "m"), ("ctype_upper", "m"), ("ctype_xdigit", "m"),
    ("mb_strlen", "s"), ("mb_strtolower", "s"), ("mb_strtoupper", "s"), ("mb_convert_case", "sz"),
    ("mb_substr", "sii"), ("mb_str_split", "si"), ("mb_strpos", "ssi"), ("mb_stripos", "ssi"), ("mb_strrpos", "ssi"),
    ("mb_strripos", "ssi"), ("mb_substr_count", "ss"), ("mb_check_encoding", "S"), ("count", "Az"), ("sizeof", "A"),
    ("in_array", "mAb"), ("array_search", "mAb"), ("array_key_exists", "kA"), ("array_key_first", "A"),
    ("array_key_last", "A"), ("key", "A"), ("pos", "A"), ("end", "A"), ("array_is_list", "A"), ("array_keys", "Amb"),
    ("array_sum", "A"), ("array_product", "A"), ("array_count_values", "A"), ("min", "mmm"), ("max", "mmm"),
    ("array_merge", "AAA"), ("array_merge_recursive", "AAA"), ("array_replace", "AAA"),
    ("array_replace_recursive", "AAA"), ("array_combine", "aa"), ("array_fill", "izm"), ("array_fill_keys", "am"),
    ("array_pad", "Aim"), ("range", "mmm"), ("array_values", "A"), ("array_flip", "A"), ("array_reverse", "Ab"),
    ("array_slice", "Aiib"), ("array_splice", "AiiA"), ("array_push", "Amm"), ("array_pop", "A"),
    ("array_shift", "A"), ("array_unshift", "Amm"), ("array_chunk", "Aib"), ("array_column", "Rkk"),
    ("array_change_key_case", "Az"), ("array_filter", "A"), ("array_filter", "Axz"), ("array_map", "xA"), ("array_map", "vaa"), ("array_reduce", "avm"),
    ("call_user_func", "xm"), ("call_user_func_array", "xl"), ("usort", "ly"), ("uasort", "ly"), ("uksort", "ly"),
    ("array_udiff", "lly"), ("array_uintersect", "lly"), ("array_udiff_assoc", "lly"),
    ("array_uintersect_assoc", "lly"), ("array_diff_uassoc", "lly"), ("array_intersect_uassoc", "lly"),
    ("array_diff_ukey", "lly"), ("array_intersect_ukey", "lly"), ("array_udiff_uassoc", "llyy"),
    ("array_uintersect_uassoc", "llyy"), ("array_diff", "aa"), ("array_intersect", "aa"),
    ("array_diff_key", "AA"), ("array_intersect_key", "AA"), ("array_diff_assoc", "aa"),
    ("array_intersect_assoc", "aa"), ("array_unique", "a"), ("sort", "Lz"), ("rsort", "L"), ("asort", "l"),
    ("arsort", "L"), ("ksort", "l"), ("krsort", "l"), ("natsort", "l"), ("natcasesort", "l"), ("abs", "f"),
    ("ceil", "f"), ("floor", "f"), ("round", "fiz"), ("intdiv", "II"), ("fmod", "ff"), ("fdiv", "ff"), ("pow", "ff"),
    ("sqrt", "f"), ("exp", "f"), ("expm1", "f"), ("log", "ff"), ("log10", "f"), ("log1p", "f"), ("sin", "f"),
    ("cos", "f"), ("tan", "f"), ("asin", "f"), ("acos", "f"), ("atan", "f"), ("sinh", "f"), ("cosh", "f"),
    ("tanh", "f"), ("atan2", "ff"), ("hypot", "ff"), ("deg2rad", "f"), ("rad2deg", "f"), ("pi", ""), ("is_nan", "f"),
    ("is_finite", "f"), ("is_infinite", "f"), ("dechex", "I"), ("decbin", "I"), ("decoct", "I"), ("hexdec", "s"),
    ("bindec", "s"), ("octdec", "s"), ("base_convert", "nzz"), ("intval", "mz"), ("floatval", "m"),
    ("doubleval", "m"), ("strval", "m"), ("boolval", "m"), ("gettype", "m"), ("get_debug_type", "m"),
    ("is_null", "m"), ("is_bool", "m"), ("is_int", "m"), ("is_integer", "m"), ("is_long", "m"), ("is_float", "m"),
    ("is_double", "m"), ("is_string", "m"), ("is_array", "m"), ("is_iterable", "m"), ("is_countable", "m"),
    ("is_scalar", "m"), ("is_object", "m"), ("is_resource", "m"), ("is_numeric", "m"), ("filter_var", "sz"),
    ("parse_url", "sz"), ("basename", "ss"), ("dirname", "sz"), ("pathinfo", "Wz"), ("ip2long", "s"),
    ("long2ip", "I"), ("version_compare", "ss8"), ("json_encode", "Az"), ("preg_match", "1smz"),
    ("preg_match_all", "1smz"), ("preg_replace", "12si"), ("preg_split", "1siz"), ("preg_quote", "sc"),
    ("date", "4T"), ("gmdate", "4T"), ("gmstrftime", "5T"), ("mktime", "ZZZZZY"), ("gmmktime", "JJJJJY"),
    ("checkdate", "iii"), ("next", "A"), ("prev", "A"), ("reset", "A"), ("current", "A"), ("serialize", "A"), ("count_chars", "Sz"), ("str_rot13", "s"), ("utf8_decode", "S"), ("utf8_encode", "s"), ("str_word_count", "szs"), ("substr_compare", "ssizb"), ("strtotime", "3T"),
    ("metaphone", "sz"), ("addcslashes", "ss"), ("stripcslashes", "s"), ("escapeshellarg", "s"), ("escapeshellcmd", "s"),
    ("quoted_printable_encode", "s"), ("quoted_printable_decode", "s"), ("convert_uuencode", "s"), ("convert_uudecode", "s"),
    ("mb_chr", "I"), ("mb_ord", "s"), ("mb_scrub", "s"), ("mb_strwidth", "s"), ("mb_strimwidth", "szzs"), ("mb_strstr", "ssb"), ("mb_stristr", "ssb"),
    ("mb_strrchr", "ssb"), ("mb_strrichr", "ssb"), ("mb_strcut", "sii"), ("mb_list_encodings", ""), ("preg_grep", "1az"), ("preg_filter", "12a"),
    ("getdate", "T"), ("localtime", "Tb"), ("inet_pton", "s"), ("inet_ntop", "s"), ("str_getcsv", "sccc"), ("parse_str", "sm"), ("mb_parse_str", "sm"),
    ("strchr", "ssb"), ("asinh", "f"), ("acosh", "f"), ("atanh", "f"), ("settype", "mw"), ("pack", "pmm"), ("unpack", "qs"),
    ("ini_parse_quantity", "h"), ("ini_parse_quantity", "s"), ("image_type_to_mime_type", "I"), ("image_type_to_mime_type", "z"), ("image_type_to_extension", "zb"), ("timezone_identifiers_list", ""), ("timezone_identifiers_list", "z"), ("timezone_name_from_abbr", "jH"), ("timezone_name_from_abbr", "jHz"), ("date_parse_from_format", "oQ"), ("date_parse_from_format", "oQ"), ("date_parse_from_format", "oQ"), ("date_parse_from_format", "4D"), ("mb_detect_encoding", "sEb"), ("mb_detect_encoding", "sEb"), ("mb_detect_encoding", "sEb"), ("date_parse", "3"), ("date_parse", "D"), ("sscanf", "gG"), ("sscanf", "gGmm"), ("fnmatch", "PNz"), ("fnmatch", "PN"), ("fnmatch", "PNi"), ("get_html_translation_table", "zZ"),
    ("array_multisort", "M"), ("array_multisort", "MOO"), ("array_multisort", "MOM"), ("array_multisort", "MOMO"), ("preg_replace_callback", "1xsi"),
    ("preg_replace_callback", "1xA"), ("mb_encoding_aliases", "e"), ("mb_preferred_mime_name", "e"), ("mb_encode_numericentity", "srsb"), ("mb_decode_numericentity", "srs"),
    ("mb_convert_variables", "VVsl"), ("mb_convert_variables", "VVA"), ("iptcparse", "t"), ("iptcparse", "s"),
    ("timezone_abbreviations_list", ""), ("date_sunrise", "Iz<><H"), ("date_sunrise", "TZ<>"), ("date_sunset", "Iz<><H"), ("date_sunset", "TZ"),
    ("date_sun_info", "T<>"), ("date_sun_info", "Iff"), ("hebrev", "ui"), ("hebrev", "uz"), ("hebrev", "s"),
    ("mb_convert_kana", "Xd"), ("mb_convert_kana", "Xd&"), ("mb_convert_kana", "X"), ("mb_encode_mimeheader", "K&!_i"), ("mb_encode_mimeheader", "K&!_z"),
    ("mb_encode_mimeheader", "s&!"), ("mb_decode_mimeheader", "K"), ("mb_decode_mimeheader", "s"), ("parse_ini_string", "CbO"), ("parse_ini_string", "Cbz"),
    ("parse_ini_string", "Cb"), ("strptime", "@%"),
];

#[rustfmt::skip]
pub const MODIFIERS: &[(&str, &str)] = &[
    ("capitalize", "sbb"), ("cat", "mmm"), ("count", "m"), ("count_characters", "s"), ("count_paragraphs", "s"),
    ("count_sentences", "s"), ("count_words", "s"), ("date_format", "D5"), ("default", "mmm"), ("escape", "s6UB"),
    ("explode", "cs"), ("from_charset", "s"), ("indent", "szs"), ("lower", "s"), ("mb_wordwrap", "sZsb"),
    ("nl2br", "s"), ("noprint", "m"), ("number_format", "fzcc"), ("regex_replace", "s12"), ("replace", "scs"),
    ("round", "fZ"), ("spacify", "ss"), ("str_repeat", "sz"), ("string_format", "m0"), ("strip", "ss"),
    ("strip_tags", "s"), ("strlen", "m"), ("to_charset", "s"), ("truncate", "sZsbb"), ("unescape", "s9"),
    ("upper", "s"), ("wordwrap", "sZsb"), ("debug_print_var", "A"),
];
