/* The headers of syslog-ng that the SDK binds. Nothing of the host is copied here: they come from its development package. */

/* The module ABI: plugin tables, the lexer, and the parser object that the host calls for each plugin. */
#include <syslog-ng.h>
#include <plugin.h>
#include <plugin-types.h>
#include <module-config.h>
#include <cfg.h>
#include <cfg-args.h>
#include <cfg-block-generator.h>
#include <cfg-lexer.h>
#include <cfg-parser.h>
#include <cfg-grammar.h>
#include <cfg-grammar-internal.h>

/* Drivers. */
#include <driver.h>
#include <logpipe.h>
#include <logthrdest/logthrdestdrv.h>
#include <logthrsource/logthrsourcedrv.h>
#include <logthrsource/logthrfetcherdrv.h>
#include <ack-tracker/ack_tracker.h>
#include <ack-tracker/ack_tracker_factory.h>
#include <ack-tracker/bookmark.h>
#include <parser/parser-expr.h>

/* What plugins inside of http() hear of its requests. */
#include <list-adt.h>
#include <signal-slot-connector/signal-slot-connector.h>
#include <modules/http/http-signals.h>

/* Messages and templates. */
#include <logmsg/logmsg.h>
#include <logmsg/logmsg-serialize.h>
#include <template/templates.h>
#include <template/macros.h>
#include <template/function.h>
#include <template/simple-function.h>
#include <value-pairs/value-pairs.h>
#include <value-pairs/transforms.h>
#include <scanner/list-scanner/list-scanner.h>
#include <syslog-names.h>
#include <msg-format.h>
#include <logsource.h>
#include <cfg-tree.h>
#include <gsockaddr.h>
#include <timeutils/cache.h>
#include <timeutils/zoneinfo.h>

/* What the daemon says and counts. */
#include <messages.h>
#include <stats/stats.h>
#include <stats/stats-registry.h>
#include <stats/stats-cluster.h>
#include <stats/stats-cluster-single.h>
#include <stats/stats-counter.h>

/* Start-up, threads and paths. */
#include <apphook.h>
#include <mainloop.h>
#include <mainloop-call.h>
#include <mainloop-worker.h>
#include <reloc.h>
#include <resolved-configurable-paths.h>
#include <scratch-buffers.h>
#include <persist-state.h>

/* `syslog-ng --interactive`. */
#include <debugger/debugger.h>
