//! Files of several makers, in which every secret is `s3cret`.

use super::masked;

fn shown(text: &str) -> String {
    masked(text, &[]).join("\n")
}

#[test]
fn lines_show_what_their_names_say() {
    let text = "#!version:1.0.0.1\n## Account\naccount.1.user_name = 101\naccount.1.password = s3cret\n\
        account.1.label =\nlinekey.1.value = 103\n#account.2.password = s3cret\nP34 = s3cret\nP3=Ada\n[network]\n\
        static.auto_provision.server.url = https://u:s3cret@pbx.example.net/p?x=s3cret\ns3cret\n\
        sip line1 password: s3cret\nuser_pass1!: s3cret\nparams = user=101;password=s3cret\nPHONE_PIN=\"s3cret\"\n";
    let expected = "#!version:1.0.0.1\n## (hidden)\naccount.1.user_name = 101\naccount.1.password = (hidden)\n\
        account.1.label =\nlinekey.1.value = 103\n#account.2.password = (hidden)\nP34 = (hidden)\nP3=(hidden)\n[network]\n\
        static.auto_provision.server.url = https://(hidden)@pbx.example.net/p?(hidden)\n(hidden)\n\
        sip line1 password: (hidden)\nuser_pass1!: (hidden)\nparams = (hidden)\nPHONE_PIN=(hidden)";
    assert_eq!(shown(text), expected);
}

#[test]
fn xml_shows_what_its_names_say() {
    let text = "<?xml version=\"1.0\"?>\n<gs_provision version=\"1\"><config>\n<P34>s3cret</P34>\n\
        <Display_Name_1_ ua=\"na\">Ada</Display_Name_1_>\n<Password_1_ ua=\"na\">s3cret</Password_1_>\n\
        <reg reg.1.address=\"101\" reg.1.auth.password=\"s3cret\" />\n<user_pass idx=\"1\" perm=\"RW\">s3cret</user_pass>\n\
        <item name=\"account.1.sip.userPassword\">s3cret</item>\n<item name=\"account.1.sip.userName\">101</item>\n\
        <entry name=\"passwd\" value=\"s3cret\"/><entry name=\"realm\" value=\"pbx\"/>\n<!-- s3cret -->\n\
        <credentials><value>s3cret</value></credentials>\n<N>SP1.AuthPassword</N><V>s3cret</V>\n\
        <Profile_Rule>https://u:s3cret@host/x</Profile_Rule>\n<x><![CDATA[s3cret]]></x>\n\
        <settings>\naccount.1.password = s3cret\naccount.1.label = Ada\n</settings>\n<open password=\"s3cret\n</gs_provision>";
    let found = shown(text);
    assert!(!found.contains("s3cret"), "{found}");
    for line in [
        "<P34>(hidden)</P34>",
        "<Display_Name_1_ ua=\"na\">Ada</Display_Name_1_>",
        "<Password_1_ ua=\"na\">(hidden)</Password_1_>",
        "<reg reg.1.address=\"101\" reg.1.auth.password=\"(hidden)\" />",
        "<user_pass idx=\"1\" perm=\"RW\">(hidden)</user_pass>",
        "<item name=\"account.1.sip.userPassword\">(hidden)</item>",
        "<item name=\"account.1.sip.userName\">101</item>",
        "<entry name=\"passwd\" value=\"(hidden)\"/><entry name=\"realm\" value=\"pbx\"/>",
        "<Profile_Rule>https://(hidden)@host/x</Profile_Rule>",
        "account.1.label = Ada",
    ] {
        assert!(found.lines().any(|shown| shown == line), "{line} is not in\n{found}");
    }
}

#[test]
fn unknown_formats_are_hidden() {
    for text in
        ["{\"password\": \"s3cret\"}", "[{\"a\":\n\"s3cret\"}]", "s3cret", "set password s3cret", "<s3cret", "a\u{1b}"]
    {
        let found = shown(text);
        assert!(!found.contains("s3cret") && !found.contains('\u{1b}'), "{text}: {found}");
    }
}

#[test]
fn known_secret_is_hidden_under_any_name() {
    let text = "account.1.label = s3cret-101\n";
    let at = text.find("s3cret").unwrap();
    let place = at..at + 6;
    assert_eq!(masked(text, std::slice::from_ref(&place)), ["account.1.label = (hidden)-101"]);
}
