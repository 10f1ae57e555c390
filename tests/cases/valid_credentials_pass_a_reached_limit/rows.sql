insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
    domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
values ('5e000000-0000-4000-8000-000000000101', 'd0000000-0000-4000-8000-000000000001', 'provision', 'http_auth_username', 'text',
    'phone', true);
insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
    domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
values ('5e000000-0000-4000-8000-000000000102', 'd0000000-0000-4000-8000-000000000001', 'provision', 'http_auth_password', 'array',
    'meadow-7', true);
insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
    domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
values ('5e000000-0000-4000-8000-000000000103', 'd0000000-0000-4000-8000-000000000001', 'provision', 'http_auth_enabled', 'boolean',
    'true', true);
insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
    domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
values ('5e000000-0000-4000-8000-000000000104', 'd0000000-0000-4000-8000-000000000001', 'provision', 'http_auth_type', 'text',
    'basic', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ff00', 'yealink', 'yealink/desk', true);
