insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000101', 'provision', 'http_domain_filter', 'boolean', 'false', true);
insert into v_domains (domain_uuid, domain_name, domain_enabled)
values ('d0000000-0000-4000-8000-000000000002', 'closed.example.net', true),
    ('d0000000-0000-4000-8000-000000000003', 'off.example.net', true);
insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
    domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
values
    ('5e000000-0000-4000-8000-000000000102', 'd0000000-0000-4000-8000-000000000002', 'provision', 'http_auth_username', 'text', 'phone', true),
    ('5e000000-0000-4000-8000-000000000103', 'd0000000-0000-4000-8000-000000000002', 'provision', 'http_auth_password', 'array', 'secret1', true),
    ('5e000000-0000-4000-8000-000000000104', 'd0000000-0000-4000-8000-000000000002', 'provision', 'http_auth_type', 'text', 'basic', true),
    ('5e000000-0000-4000-8000-000000000105', 'd0000000-0000-4000-8000-000000000003', 'provision', 'http_auth_username', 'text', 'phone', true),
    ('5e000000-0000-4000-8000-000000000106', 'd0000000-0000-4000-8000-000000000003', 'provision', 'http_auth_password', 'array', 'secret2', true),
    ('5e000000-0000-4000-8000-000000000107', 'd0000000-0000-4000-8000-000000000003', 'provision', 'http_auth_enabled', 'boolean', 'false', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ff01', 'yealink', 'yealink/desk', true),
    ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000002', '001565c0ff02', 'yealink', 'yealink/desk', true);
