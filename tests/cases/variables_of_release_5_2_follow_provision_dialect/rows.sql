insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '02005e002001', 'yealink', 'yealink/desk', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled, server_address, sip_port)
values ('1e000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '1', '701', true, 'pbx.example.net', null);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled, sip_port)
values ('1e000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '2', '702', true, null);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled, sip_port, sip_transport, register_expires)
values ('1e000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '10', '710', true, 0, '', 0);
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category, device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
values ('ae000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '1', 'line', 'yealink', 'line', '1', '${user_id}', null, 'Ann ${caller_id_name}');
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category, device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
values ('ae000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '2', 'line', 'yealink', 'line', '2', '702', null, 'Bob ${caller_id_name}');
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category, device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
values ('ae000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '1', 'memory', 'yealink', 'line', '1', '701', null, 'Mem ${caller_id_name}');
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category, device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
values ('ae000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '3', 'line', 'yealink', 'line', '1', '*97', null, 'VM${caller_id_name}');
insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category, device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_extension, device_key_label)
values ('ae000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', 'de000000-0000-4000-8000-000000000001', '4', 'line', 'yealink', 'line', '2', '${user_id}@${domain_name}', null, 'x');
insert into v_extensions (extension_uuid, domain_uuid, extension, effective_caller_id_name, enabled)
values ('ec000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '702', 'Robert', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000002', 'provision', 'acme_switch', 'boolean', 'true', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000003', 'provision', 'acme_text', 'text', 'a {$domain_name} b ${domain_name} c ${mac_address}', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000004', 'provision', 'daylight_savings_start_month', 'text', '9', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000005', 'provision', 'daylight_savings_stop_month', 'text', '8', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000006', 'domain', 'time_zone', 'text', 'Europe/Berlin', true);
insert into v_contacts (contact_uuid, domain_uuid, contact_organization)
values ('c0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'Nuts &amp; Bolts');
insert into v_contact_phones (contact_phone_uuid, domain_uuid, contact_uuid, phone_type_voice, phone_number)
values ('f0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', '1', '401');
