using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Swarm.Daemon.Tests.Docker;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>Images that have the names and settings of those of 2015, and do as much as their programs did for each
/// other: a database and a cache that answer, and a web application that asks them.</summary>
internal static class SeedImages
{
    private const string Entrypoint = """
        #!/bin/sh
        if [ "$1" = postgres ] && [ ! -e "$PGDATA/PG_VERSION" ]; then echo "$PG_MAJOR" > "$PGDATA/PG_VERSION"; fi
        exec "$@"
        """;

    private const string Database = """
        #!/bin/sh
        exec nc -ll -p 5432 -e /bin/query
        """;

    private const string Query = """
        #!/bin/sh
        echo row >> /postgresql_data/rows
        echo "postgres $(cat "$PGDATA/PG_VERSION") rows $(wc -l < /postgresql_data/rows)"
        """;

    private const string Cache = """
        #!/bin/sh
        exec nc -ll -p 6379 -e /bin/pong
        """;

    private const string Pong = """
        #!/bin/sh
        read -r asked
        [ "$asked" = PING ] && echo +PONG
        """;

    private const string Init = """
        #!/bin/sh
        exec httpd -f -p 80 -h "$TALPOR_DIR"
        """;

    /// <summary>The page of the bind-mounted application that asks its neighbours.</summary>
    public const string Page = """
        #!/bin/sh
        echo "Content-Type: text/plain"
        echo
        echo "directory $(readlink /proc/1/cwd)"
        echo "environment $TALPOR_ENVIRONMENT $DJANGO_CONFIGURATION"
        echo "database $(nc -w 5 db 5432 < /dev/null)"
        echo "cache $(echo PING | nc -w 5 redis 6379)"
        echo "link $DB_NAME $DB_PORT_5432_TCP_PORT $DB_ENV_PG_MAJOR $REDIS_PORT_6379_TCP_PROTO"
        """;

    public static async Task MakeAsync(DockerClient docker)
    {
        await ImportAsync(
            docker, "postgres", ChangesOf(SeedDocument.Postgres),
            ("docker-entrypoint.sh", Entrypoint), ("usr/lib/postgresql/9.3/bin/postgres", Database),
            ("bin/query", Query));
        await ImportAsync(
            docker, "talpor/bestwebappever:dev", ChangesOf(SeedDocument.WebApplication), ("sbin/my_init", Init));
        await ImportAsync(
            docker, "redis", ["CMD [\"redis-server\"]", "EXPOSE 6379"],
            ("bin/redis-server", Cache), ("bin/pong", Pong));
    }

    private static IEnumerable<string> ChangesOf(SeedDocument document)
    {
        if (document.Find("Config.Entrypoint") is { } entrypoint)
            yield return $"ENTRYPOINT {entrypoint.ToJsonString()}";
        yield return $"CMD {document.Find("Config.Cmd")!.ToJsonString()}";
        foreach (var entry in document.Words("Config.Env"))
            yield return $"ENV {entry.Split('=')[0]}={JsonSerializer.Serialize(entry.Split('=', 2)[1])}";
        foreach (var port in document.Names("Config.ExposedPorts")) yield return $"EXPOSE {port}";
        foreach (var volume in document.Names("Config.Volumes")) yield return $"VOLUME {volume}";
        if ($"{document.Find("Config.WorkingDir")}" is { Length: > 0 } folder) yield return $"WORKDIR {folder}";
    }

    private static async Task ImportAsync(
        DockerClient docker, string name, IEnumerable<string> changes, params (string Path, string Script)[] programs)
    {
        var archive = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(archive)) Write(file, programs);
            await docker.DoAsync(
                ["import", .. changes.SelectMany(change => new[] { "--change", change }), archive, name]);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static void Write(Stream output, (string Path, string Script)[] programs)
    {
        using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        using var box = new TarReader(BusyboxArchive.Open());
        while (box.GetNextEntry(copyData: true) is { } entry) tar.WriteEntry(entry);
        foreach (var (path, script) in programs)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path)
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(script + "\n")),
            });
        }
    }
}
