insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '02005e001001', 'snom', 'snom/book', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '02005e001002', 'snom', 'snom/text', true);
insert into v_contacts (contact_uuid, domain_uuid, contact_organization, contact_name_given, contact_name_family)
values ('c0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'Nuts & Bolts', '<Eve>', 'Doe');
insert into v_contact_phones (contact_phone_uuid, domain_uuid, contact_uuid, phone_label, phone_type_voice, phone_number)
values ('f0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'R&D', '1', '401');
insert into v_contacts (contact_uuid, domain_uuid, contact_organization, contact_name_given, contact_name_family)
values ('c0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'Salt &amp; Pepper', 'Bob', 'Doe');
insert into v_contact_phones (contact_phone_uuid, domain_uuid, contact_uuid, phone_label, phone_type_voice, phone_number)
values ('f0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'work', '1', '402');
