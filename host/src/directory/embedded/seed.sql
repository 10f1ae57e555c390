-- What a newcomer finds: one domain, two phones of each of five makers, people who can call each other. Nothing of it is
-- secret, and nothing of it registers anywhere: delete it when real devices come.
--
-- Uuids are counted rather than drawn, so that two machines print the same.

insert into v_domains (domain_uuid, domain_name, domain_enabled, domain_description)
values ('d0000000-0000-4000-8000-000000000001', 'localhost', true, 'The domain of the demonstration');

-- `http_domain_filter` is off, as FusionPBX offers it: a device is then found by its address whatever host the phone
-- asked for, so that 127.0.0.1, a machine's name and its address in the network all work. With a second domain it
-- belongs switched on, and each domain named as its phones ask for it.
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled, default_setting_description)
select printf('5e000000-0000-4000-8000-%012d', row_number() over ()), column1, column2, column3, column4, true, column5
from (values
    ('provision', 'enabled', 'boolean', 'true', 'Answer phones at all.'),
    ('provision', 'http_domain_filter', 'boolean', 'false', 'Whether the host asked for must be the device''s domain.'),
    ('provision', 'auto_insert_enabled', 'boolean', 'false', 'Whether an unknown phone becomes a device.'),
    ('provision', 'http_auth_enabled', 'boolean', 'true', 'Ask for a password once http_auth_username is set.'),
    ('provision', 'contact_extensions', 'boolean', 'true', 'List the extensions in phone books.'),
    ('provision', 'daylight_savings_auto', 'boolean', 'true', 'Compute daylight saving from the domain''s zone.'),
    ('provision', 'version_format', 'text', 'dmyHi', 'How templates see the time, in PHP''s letters.'),
    ('provision', 'ntp_server_primary', 'text', '0.pool.ntp.org', 'Where phones get the time.'),
    ('provision', 'ntp_server_secondary', 'text', '1.pool.ntp.org', 'Where phones get the time otherwise.'),
    ('provision', 'voicemail_number', 'text', '*97', 'What the message key dials.'),
    ('domain', 'time_zone', 'text', 'UTC', 'The zone of the domain''s phones.')
);

-- Addresses to remember: the maker's own first half, then the model's number.
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_model,
    device_label, device_enabled, device_description)
select printf('de000000-0000-4000-8000-%012d', column1), 'd0000000-0000-4000-8000-000000000001', column2, column3,
    column4, column5, column6, true, 'Demonstration'
from (values
    (1, '001565000046', 'yealink', 'yealink/t46u', 'T46U', 'Ada'),
    (2, '0004f2000450', 'polycom', 'polycom/vvx450', 'VVX 450', 'Grace'),
    (3, '000b82002170', 'grandstream', 'grandstream/gxp2170', 'GXP2170', 'Alan'),
    (4, '30e4db000504', 'cisco', 'cisco/spa504g', 'SPA504G', 'Edsger'),
    (5, '001565000054', 'yealink', 'yealink/t54w', 'T54W', 'Barbara'),
    (6, '0004f2000335', 'polycom', 'polycom/ip335', 'SoundPoint IP 335', 'Donald'),
    (7, '000b82000802', 'grandstream', 'grandstream/ht802', 'HT802', 'Fax'),
    (8, '30e4db000112', 'cisco', 'cisco/spa112', 'SPA112', 'Lift'),
    -- A softphone has no maker's half; these two are locally administered.
    (9, '02005a000001', 'zoiper', 'zoiper/5.x', 'Zoiper 5', 'Radia'),
    (10, '02005a000002', 'zoiper', 'zoiper/5.x', 'Zoiper 5', 'Tim')
);

insert into v_extensions (extension_uuid, domain_uuid, extension, password, effective_caller_id_name,
    effective_caller_id_number, directory_first_name, directory_last_name, directory_visible, call_group, enabled)
select printf('e0000000-0000-4000-8000-%012d', column1), 'd0000000-0000-4000-8000-000000000001', column1,
    'demo-' || column1, column2 || ' ' || column3, column1, column2, column3, true, column4, true
from (values
    ('101', 'Ada', 'Lovelace', 'research'), ('102', 'Front', 'Desk', 'office'),
    ('103', 'Grace', 'Hopper', 'research'), ('104', 'Meeting', 'Room', 'office'),
    ('105', 'Alan', 'Turing', 'research'), ('106', 'Door', 'Station', 'office'),
    ('107', 'Edsger', 'Dijkstra', 'research'), ('108', 'Warehouse', NULL, 'office'),
    ('109', 'Barbara', 'Liskov', 'research'), ('110', 'Kitchen', NULL, 'office'),
    ('111', 'Donald', 'Knuth', 'research'), ('112', 'Library', NULL, 'office'),
    ('113', 'Fax', NULL, 'office'), ('114', 'Franking', 'Machine', 'office'),
    ('115', 'Lift', NULL, 'office'), ('116', 'Garage', NULL, 'office'),
    ('117', 'Radia', 'Perlman', 'research'), ('118', 'Night', 'Desk', 'office'),
    ('119', 'Tim', 'Berners-Lee', 'research'), ('120', 'Visitors', NULL, 'office')
);

-- Two lines each: 101 and 102 on the first device, 103 and 104 on the second, and so on.
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address, display_name,
    user_id, auth_id, password, sip_port, sip_transport, register_expires, enabled)
select printf('11000000-0000-4000-8000-%012d', e.extension), e.domain_uuid,
    printf('de000000-0000-4000-8000-%012d', (e.extension - 99) / 2), cast(2 - e.extension % 2 as text), n.domain_name,
    e.effective_caller_id_name, e.extension, e.extension, e.password, 5060, 'tcp', 120, true
from v_extensions e join v_domains n on n.domain_uuid = e.domain_uuid;

-- Key types are each maker's own: FusionPBX's key editor stores Yealink's as numbers and the others as words.
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category,
    device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
select printf('ee000000-0000-4000-8000-%012d', row_number() over ()), 'd0000000-0000-4000-8000-000000000001',
    printf('de000000-0000-4000-8000-%012d', column1), column2, column3, column4, column5, column6, column7, column8,
    column9
from (values
    (1, 1, 'line', 'yealink', '15', 1, NULL, NULL, 'Ada'),
    (1, 2, 'line', 'yealink', '15', 2, NULL, NULL, 'Front desk'),
    (1, 3, 'line', 'yealink', '16', 1, '103', NULL, 'Grace'),
    (1, 4, 'line', 'yealink', '16', 1, '105', NULL, 'Alan'),
    (1, 5, 'line', 'yealink', '13', 1, '*97', NULL, 'Voicemail'),
    (2, 1, 'line', 'polycom', 'line', 1, '1', NULL, 'Grace'),
    (2, 2, 'line', 'polycom', 'line', 2, '1', NULL, 'Meeting room'),
    (2, 3, 'line', 'polycom', 'automata', 1, '101', NULL, 'Ada'),
    (2, 4, 'line', 'polycom', 'normal', 1, '*97', NULL, 'Voicemail'),
    (3, 1, 'line', 'grandstream', 'line', 1, NULL, NULL, 'Alan'),
    (3, 2, 'line', 'grandstream', 'line', 2, NULL, NULL, 'Door'),
    (3, 1, 'memory', 'grandstream', 'blf', 1, '101', NULL, 'Ada'),
    (3, 2, 'memory', 'grandstream', 'speed dial', 1, '103', NULL, 'Grace'),
    (4, 1, 'line', 'cisco', 'line', 1, NULL, NULL, 'Edsger'),
    (4, 2, 'line', 'cisco', 'line', 2, NULL, NULL, 'Warehouse'),
    (4, 3, 'line', 'cisco', 'disabled', 1, 'fnc=blf+sd+cp;sub=101@$PROXY', NULL, 'Ada'),
    (5, 1, 'line', 'yealink', '15', 1, NULL, NULL, 'Barbara'),
    (5, 2, 'line', 'yealink', '15', 2, NULL, NULL, 'Kitchen'),
    (5, 1, 'expansion', 'yealink', '16', 1, '101', NULL, 'Ada'),
    (6, 1, 'line', 'polycom', 'automata', 1, '103', NULL, 'Grace')
);

insert into v_contacts (contact_uuid, domain_uuid, contact_type, contact_organization, contact_name_given,
    contact_name_family, contact_category)
select printf('c0000000-0000-4000-8000-%012d', column1), 'd0000000-0000-4000-8000-000000000001', column2, column3,
    column4, column5, column2
from (values
    (1, 'supplier', 'Example Paper & Co.', 'Konrad', 'Zuse'),
    (2, 'customer', 'Example Engines', 'Hedy', 'Lamarr')
);

insert into v_contact_phones (contact_phone_uuid, domain_uuid, contact_uuid, phone_label, phone_type_voice,
    phone_number, phone_primary)
select printf('cf000000-0000-4000-8000-%012d', row_number() over ()), 'd0000000-0000-4000-8000-000000000001',
    printf('c0000000-0000-4000-8000-%012d', column1), column2, 1, column3, column4
from (values (1, 'Work', '+49 30 5550101', true), (2, 'Work', '+43 1 5550102', true), (2, 'Mobile', '+43 664 5550103', false));
