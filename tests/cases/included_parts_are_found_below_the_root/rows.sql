insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ffee', 'yealink',
    'yealink/desk', true);
insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, user_id, enabled)
values ('11000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001',
    'de000000-0000-4000-8000-000000000001', '1', '100', true);
insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category, domain_setting_subcategory,
    domain_setting_name, domain_setting_value, domain_setting_enabled)
values ('5e000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'provision', 'time_zone',
    'text', 'Mars', true);
