#!/usr/bin/python3
"""A foreign RTSP server for tests: GStreamer's. Serves one launch line at /cam and prints its port.

usage: rtsp_server.py LAUNCH [--port PORT] [--digest USER:PASSWORD] [--basic USER:PASSWORD] [--tls CERTIFICATE_AND_KEY.pem]
"""
import argparse
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

arguments = argparse.ArgumentParser()
arguments.add_argument('launch')
arguments.add_argument('--port', default='0')
arguments.add_argument('--digest')
arguments.add_argument('--basic')
arguments.add_argument('--tls')
options = arguments.parse_args()

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address('127.0.0.1')
server.set_service(options.port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(options.launch)

if options.digest or options.basic or options.tls:
    auth = GstRtspServer.RTSPAuth()
    if options.tls:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(options.tls))
    if options.digest or options.basic:
        user, password = (options.digest or options.basic).split(':')
        token = GstRtspServer.RTSPToken()
        token.set_string('media.factory.role', user)
        if options.digest:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(user, password, token)
        else:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(user, 'media.factory.access', True)
        permissions.add_permission_for_role(user, 'media.factory.construct', True)
        factory.set_permissions(permissions)
    else:
        token = GstRtspServer.RTSPToken()
        token.set_string('media.factory.role', 'anyone')
        auth.set_default_token(token)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role('anyone', 'media.factory.access', True)
        permissions.add_permission_for_role('anyone', 'media.factory.construct', True)
        factory.set_permissions(permissions)
    server.set_auth(auth)

server.get_mount_points().add_factory('/cam', factory)
if not server.attach(None):
    sys.exit('can not listen')
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
