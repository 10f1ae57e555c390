insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000002', 'provision', 'auto_insert_enabled', 'boolean', 'true', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '02005e000b01', 'yealink', 'yealink/t46s', true);
