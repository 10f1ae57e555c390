insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000002', 'provision', 'auto_insert_enabled', 'boolean', 'true', true);
insert into v_domains (domain_uuid, domain_name, domain_enabled)
values ('d0000000-0000-4000-8000-000000000002', 'other.example.net', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled, insert_date, device_label)
values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '80:5e:c0:7a:00:01', 'yealink', 'yealink/t46s', true, null, '1'),
    ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '80-5e-c0-7a-00-02', 'yealink', 'yealink/t46s', true, null, '2'),
    ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', '80 5e c0 7a 00 03', 'yealink', 'yealink/t46s', true, null, '3'),
    ('de000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', '805EC07A0004', 'yealink', 'yealink/t46s', true, null, '4'),
    ('de000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', '805ec07a0005 ', 'yealink', 'yealink/t46s', true, null, '5'),
    ('de000000-0000-4000-8000-000000000006', 'd0000000-0000-4000-8000-000000000001', ' 805ec07a0006', 'yealink', 'yealink/t46s', true, null, '6'),
    ('de000000-0000-4000-8000-000000000007', 'd0000000-0000-4000-8000-000000000001', '	805ec07a0007', 'yealink', 'yealink/t46s', true, null, '7'),
    ('de000000-0000-4000-8000-000000000008', 'd0000000-0000-4000-8000-000000000001', '805ec0_7a0008|', 'yealink', 'yealink/t46s', true, null, '8'),
    ('de000000-0000-4000-8000-000000000009', 'd0000000-0000-4000-8000-000000000001', '805ec07a0009"', 'yealink', 'yealink/t46s', true, null, '9'),
    ('de000000-0000-4000-8000-00000000000a', 'd0000000-0000-4000-8000-000000000001', '805e.c07a.000a', 'yealink', 'yealink/t46s', true, null, '10'),
    ('de000000-0000-4000-8000-00000000000b', 'd0000000-0000-4000-8000-000000000001', '80:5E:C0-7A 00.0B	', 'yealink', 'yealink/t46s', true, null, '11'),
    ('de000000-0000-4000-8000-00000000000c', 'd0000000-0000-4000-8000-000000000002', '80:5E:C0:7A:00:0C', 'yealink', 'yealink/t46s', true, null, '12');
