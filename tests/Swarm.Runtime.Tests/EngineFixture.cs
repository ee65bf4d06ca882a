using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Tests;

/// <summary>An engine with roots and a cgroup of its own, all gone at the end.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    internal string Unique { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    internal string Folder => "/tmp/swarmrt-" + Unique;

    internal BusyboxImages Images { get; private set; } = null!;

    internal NoNetworks Networks { get; } = new();

    internal Linux.BootTime Time { get; } = new();

    internal ContainerEngine Engine { get; private set; } = null!;

    internal EngineOptions Options => new()
    {
        DataRoot = Folder + "/data",
        RunRoot = Folder + "/run",
        CgroupParent = "/swarmrt-" + Unique,
    };

    public async Task InitializeAsync()
    {
        Host.ExpectTestNamespace();
        Directory.CreateDirectory(Folder + "/run/state");
        Linux.Mounts.Mounting.Tmpfs(Folder + "/run/state", "mode=0711");
        Images = new BusyboxImages(Folder + "/images");
        Images.Prepare();
        Engine = await OpenAsync(Options);
    }

    public async Task DisposeAsync()
    {
        foreach (var container in Engine.List()) await Engine.RemoveAsync(container.Id, default);
        await Engine.DisposeAsync();
        Linux.Mounts.Mounting.Unmount(Folder + "/run/state", detach: true);
        CgroupFiles.OfHost().Remove(Options.CgroupParent);
        Directory.Delete(Folder, recursive: true);
    }

    internal async Task<ContainerEngine> OpenAsync(EngineOptions options)
    {
        var engine = new ContainerEngine(options, Images, Networks, Time, NullLoggerFactory.Instance);
        await engine.OpenAsync(default);
        return engine;
    }

    /// <summary>Lets go of the containers, as a daemon that dies does, and comes back.</summary>
    internal async Task ReopenAsync(Action? meanwhile = null, EngineOptions? options = null)
    {
        await Engine.DisposeAsync();
        try
        {
            meanwhile?.Invoke();
        }
        finally
        {
            Engine = await OpenAsync(options ?? Options); // it removes what the test has made
        }
    }

    internal static ContainerDefinition Define(ContainerSpec spec)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return new ContainerDefinition(new ContainerId(id), "c-" + id[..8], spec);
    }

    internal static ContainerSpec Shell(string script) => new()
    {
        Image = BusyboxImages.Name,
        Command = ["sh", "-c", script],
        NetworkMode = NetworkMode.None,
    };

    internal async Task<ContainerState> StartAsync(ContainerSpec spec)
    {
        var created = await Engine.CreateAsync(Define(spec), default);
        return await Engine.StartAsync(created.Id, default);
    }

    internal async Task<ContainerExit> ExitOfAsync(ContainerId id)
    {
        using var patience = new CancellationTokenSource(Waiting);
        await foreach (var exit in Engine.Exits.ReadAllAsync(patience.Token))
        {
            if (exit.Id == id) return exit;
        }

        throw new InvalidOperationException("the engine was closed");
    }

    /// <summary>Runs a script to its end.</summary>
    internal async Task<(ContainerExit Exit, string Output)> RunAsync(ContainerSpec spec)
    {
        var started = await StartAsync(spec);
        var exit = await ExitOfAsync(started.Id);
        return (exit, await LogAsync(started.Id));
    }

    /// <summary>All that there is of a container below the roots.</summary>
    internal string[] FilesOf(ContainerId id) =>
        Directory.GetFileSystemEntries(Folder, $"*{id.Value[..24]}*", SearchOption.AllDirectories);

    internal ProcessIdentity MonitorOf(ContainerId id)
    {
        var file = Path.Join(Options.RunRoot, "state/c", id.Value[..24], "conmon.pid");
        return ProcessIdentity.Of(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))!.Value;
    }

    internal async Task<string> LogAsync(ContainerId id)
    {
        using var log = Engine.OpenLog(id);
        var page = await log.ReadAsync(null, null, 1 << 20, default);
        return string.Join('\n', page.Entries.Select(entry => entry.Text));
    }

    /// <summary>Waits for the line "ready" in its log.</summary>
    internal async Task ReadyAsync(ContainerId id)
    {
        using var patience = new CancellationTokenSource(Waiting);
        using var log = Engine.OpenLog(id);
        string? position = null;
        while (true)
        {
            var page = await log.ReadAsync(position, null, 4096, patience.Token);
            if (page.Entries.Any(entry => entry.Text == "ready")) return;
            position = page.Position;
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What a file of a container's cgroup says: of a controller, or of version 2, which has one for
    /// all.</summary>
    internal string Cgroup(string controller, ContainerId id, string file)
    {
        var hierarchy = Host.HasCgroups2 ? "" : "/" + controller;
        return File.ReadAllText($"/sys/fs/cgroup{hierarchy}{Options.CgroupParent}/{id}/{file}").Trim();
    }

    internal async Task<string> RunCommandAsync(ContainerId id, params ImmutableArray<string> arguments)
    {
        var result = await Engine.RunCommandAsync(id, arguments, Waiting, default);
        return string.Create(CultureInfo.InvariantCulture, $"{result.ExitCode} {result.Output.Trim()}");
    }
}
