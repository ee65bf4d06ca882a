using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts;

/// <summary>One story on a cluster that others may use before and after: begun with everything whole and nothing
/// deployed, ended with the invariants looked at and nothing left.</summary>
public sealed class Scenario
{
    private Scenario(SwarmHosts hosts)
    {
        (Hosts, Ledger) = (hosts, new Ledger(hosts.Client));
        Folder = Directory.CreateDirectory($"{hosts.SharedFolder}/{Guid.NewGuid():N}").FullName;
    }

    public SwarmHosts Hosts { get; }

    public Ledger Ledger { get; }

    /// <summary>A folder of this story alone, the same on all hosts.</summary>
    public string Folder { get; }

    /// <exception cref="InvalidOperationException">What failed, and where the logs are.</exception>
    public static async Task RunAsync(SwarmHosts hosts, Func<Scenario, Task> story)
    {
        await hosts.RestoreAsync();
        var scenario = new Scenario(hosts);
        try
        {
            await story(scenario);
            await scenario.UntilSettledAsync();
            await scenario.EndAsync();
        }
        catch (Exception failed)
        {
            throw new InvalidOperationException($"{failed.Message}\nlogs: {hosts.KeepLogs()}", failed);
        }
    }

    /// <summary>Deploys, and waits until it runs and all invariants hold.</summary>
    public async Task<ServiceName> RunAsync(string compose)
    {
        var name = await Ledger.DeployAsync(compose);
        await UntilSettledAsync();
        return name;
    }

    /// <summary>Waits until all invariants hold.</summary>
    public async Task UntilSettledAsync(TimeSpan? patience = null)
    {
        IReadOnlyList<string> violations = [];
        await Until.TrueAsync(
            async () =>
            {
                Hosts.RestartEndedDaemons();
                violations = await Invariants.FindViolationsAsync(Hosts, Hosts.Client, Ledger);
                return violations.Count == 0;
            },
            () => string.Join('\n', violations), patience);
    }

    /// <summary>Looks at a service until it is as told.</summary>
    public async Task<ServiceDetails> UntilAsync(ServiceName name, Func<ServiceDetails, bool> isSo)
    {
        ServiceDetails? last = null;
        await Until.TrueAsync(
            async () => isSo(last = await Hosts.Client.GetServiceAsync(name)),
            () => last is null ? $"{name}: no answer" : string.Join(
                '\n', last.Tasks.Select(task => task.ToString()).Prepend($"{name}: {last.Update}, {last.Job}")));
        return last!;
    }

    /// <summary>The containers that live on all hosts, or on these.</summary>
    public IReadOnlyList<LivingContainer> Living(params IEnumerable<SwarmHost> on)
    {
        var some = on.ToList();
        return [.. (some.Count > 0 ? some : Hosts.All).SelectMany(host => host.Containers())];
    }

    private async Task EndAsync()
    {
        foreach (var name in Ledger.Services.Keys.ToList()) await Ledger.RemoveAsync(name);
        IReadOnlyList<string> left = [];
        await Until.TrueAsync(
            async () =>
            {
                left =
                [
                    .. await Invariants.FindViolationsAsync(Hosts, Hosts.Client, Ledger),
                    .. Hosts.All.SelectMany(host => host.Traces().Select(trace => $"{host.Name}: {trace}")),
                ];
                return left.Count == 0;
            },
            () => "left behind: " + string.Join('\n', left));
    }
}
