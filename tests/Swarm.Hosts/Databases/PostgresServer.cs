using System.Diagnostics;
using Swarm.Hosts.Machines;

namespace Swarm.Hosts.Databases;

/// <summary>A real PostgreSQL server on a machine of its own, as Debian's package brings it.</summary>
public sealed class PostgresServer
{
    internal const int Number = 250;
    private readonly TestGround _ground;
    private readonly Machine _machine;
    private readonly NetworkSwitch _network;
    private readonly string _programs;
    private Process? _server;

    internal PostgresServer(TestGround ground, NetworkSwitch network)
    {
        (_ground, _network) = (ground, network);
        _machine = new Machine(ground, "database");
        _programs = Programs();
    }

    /// <summary>As swarmd takes it.</summary>
    public string ConnectionString => $"Host={Address};Port=5432;Username=swarm;Database=swarm;Maximum Pool Size=20";

    public bool IsOn => _server is { HasExited: false };

    public string LogFile => $"{_ground.Folder}/postgres.log";

    private string Address => _ground.Address(Number);

    private string DataFolder => $"{_ground.Folder}/postgres";

    /// <summary>Asks the database itself, whatever swarmd says.</summary>
    /// <returns>Rows as lines, their fields parted by <c>|</c>.</returns>
    public Task<string> QueryAsync(string sql) => Command.RunAsync(
        $"{_programs}/psql", "-h", Address, "-U", "swarm", "-d", "swarm", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql);

    /// <summary>Starts it, the first time with an empty database.</summary>
    public async Task StartAsync()
    {
        var isNew = !Directory.Exists(DataFolder);
        if (isNew)
        {
            await _machine.StartAsync();
            await _network.LinkAsync(_machine, Number);
            await InitializeAsync();
        }

        _server = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"exec \"$@\" >>{LogFile} 2>&1", "postgres", .. Serving()]))!;
        await Until.TrueAsync(IsReadyAsync, () => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "no log");
        if (isNew) await Command.RunAsync($"{_programs}/createdb", "-h", Address, "-U", "swarm", "swarm");
    }

    /// <summary>Stops it in order: clients are cut off, what was taken is written.</summary>
    public Task StopAsync() => EndAsync("INT");

    /// <summary>Ends all of it at once, whatever it was doing.</summary>
    public Task KillAsync() => EndAsync("KILL");

    internal async Task DisposeAsync()
    {
        await _machine.PowerOffAsync();
        _server?.Dispose();
    }

    private async Task InitializeAsync()
    {
        Directory.CreateDirectory(DataFolder);
        await Command.RunAsync("chown", "postgres", DataFolder);
        await Command.RunAsync(
            "setpriv",
            [.. AsPostgres, $"{_programs}/initdb", "-D", DataFolder, "-A", "trust", "-U", "swarm", "-E", "UTF8",
            "--locale=C", "--no-sync"]);
        await File.AppendAllTextAsync($"{DataFolder}/pg_hba.conf", "host all all samenet trust\n");
    }

    private static string Programs()
    {
        const string versions = "/usr/lib/postgresql";
        return Directory.Exists(versions)
            && Directory.GetDirectories(versions).Max(StringComparer.Ordinal) is { } newest
            ? $"{newest}/bin"
            : throw new InvalidOperationException($"no PostgreSQL below {versions}: apt install postgresql");
    }

    private string[] Serving()
    {
        var inside = _machine.Inside(
            [
                "setpriv", .. AsPostgres, $"{_programs}/postgres", "-D", DataFolder,
                "-c", $"listen_addresses={Address}", "-c", "unix_socket_directories=", "-c", "max_connections=300",
                // Below its folder, and not in the memory of the machine around, where it would outlive a power cut.
                "-c", "dynamic_shared_memory_type=mmap",
            ]);
        return [inside.FileName, .. inside.ArgumentList];
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_server!.HasExited)
            throw new InvalidOperationException($"postgres ended: {await File.ReadAllTextAsync(LogFile)}");
        using var asking = Process.Start(
            new ProcessStartInfo($"{_programs}/pg_isready", ["-q", "-h", Address]))!;
        await asking.WaitForExitAsync();
        return asking.ExitCode == 0;
    }

    private async Task EndAsync(string signal)
    {
        // The first is the server itself; the others see that it is gone, and end.
        await Command.RunAsync("kill", $"-{signal}", $"{Processes().First()}");
        await _server!.WaitForExitAsync();
        _server.Dispose();
        _server = null;

        // Until then its memory is still taken, and another one does not start.
        await Until.TrueAsync(() => !Processes().Any(), () => "processes of PostgreSQL are left");
    }

    private IEnumerable<int> Processes() =>
        _machine.Processes().Where(pid => pid != _machine.Pid && IsPostgres(pid)).Order();

    private static bool IsPostgres(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim() == "postgres";
        }
        catch (IOException)
        {
            return false; // ended meanwhile
        }
    }

    private static string[] AsPostgres => ["--reuid=postgres", "--regid=postgres", "--init-groups"];
}
