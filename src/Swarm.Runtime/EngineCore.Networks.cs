using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>Which networks a container is in.</summary>
internal sealed partial class EngineCore
{
    public Task ConnectAsync(ContainerId id, EndpointSpec wanted, CancellationToken cancellation) => ChangeAsync(
        id,
        async (container, record) =>
        {
            var endpoint = Resolution().Resolve(wanted);
            var present = EndpointsOf(record);
            if (present.Any(one => one.Network == endpoint.Network))
            {
                throw Forbidden(
                    $"endpoint with name {record.Definition.Name} already exists in network {endpoint.Network}");
            }

            // Kept before the deed: whoever comes after a crash makes it so. So it is done, be the asker there or not.
            var changed = Keep(container, WithEndpoints(record, present.Add(endpoint)));
            if (await _networks.FindAsync(id, CancellationToken.None) is null) return;
            try
            {
                Took(container, changed, await _networks.ConnectAsync(id, endpoint, CancellationToken.None));
            }
            catch (ContainerException)
            {
                Keep(container, record);
                throw;
            }
        },
        cancellation);

    public Task DisconnectAsync(ContainerId id, string named, CancellationToken cancellation) => ChangeAsync(
        id,
        async (container, record) =>
        {
            if (IsApart(record) && NetworkFinder.Get(_networks.Networks, named).Driver == NetworkDrivers.None)
            {
                await OpenToNetworksAsync(container, record);
                return;
            }

            var present = EndpointsOf(record);
            // A network that is gone can be left, too.
            var network = present.FirstOrDefault(one => one.Network == named)?.Network
                ?? NetworkFinder.Get(_networks.Networks, named).Name;
            var left = present.RemoveAll(one => one.Network == network);
            if (left.Length == present.Length)
                throw Forbidden($"container {id.Value} is not connected to network {network}");
            var changed = Keep(container, WithEndpoints(record, left));
            if (await _networks.FindAsync(id, CancellationToken.None) is not null)
                Took(container, changed, await _networks.DisconnectAsync(id, network, CancellationToken.None));
        },
        cancellation);

    /// <summary>Whether it has a network namespace of its own and is in no network.</summary>
    private static bool IsApart(ContainerRecord record) =>
        record.Definition.Spec is { NetworkMode: NetworkMode.None, Shared.Network: "" };

    /// <summary>One that was in no network may join some from now on.</summary>
    private async Task OpenToNetworksAsync(LiveContainer container, ContainerRecord record)
    {
        var spec = record.Definition.Spec with { NetworkMode = NetworkMode.Bridge, Endpoints = [] };
        Keep(container, record with { Definition = record.Definition with { Spec = spec } });
        if (!HasProcess(record)) return;
        try
        {
            var own = string.Create(CultureInfo.InvariantCulture, $"/proc/{record.First.Pid}/ns/net");
            var wish = new NetworkWish([], []) { Namespace = own };
            await _networks.AttachAsync(record.Id, wish, CancellationToken.None);
        }
        catch (ContainerException)
        {
            Keep(container, record);
            throw;
        }
    }

    /// <summary>Makes what runs be in the networks that its record says, after a crash between the two.</summary>
    private async Task SettleNetworksAsync(
        LiveContainer container, ContainerRecord record, CancellationToken cancellation)
    {
        if (record.Definition.Spec.Endpoints is not { } wanted) return;
        if (await _networks.FindAsync(record.Id, cancellation) is not { } attached) return;
        try
        {
            foreach (var extra in attached.Endpoints.Where(there => wanted.All(one => one.Network != there.Network)))
                attached = await _networks.DisconnectAsync(record.Id, extra.Network, cancellation);
            foreach (var missing in wanted.Where(one => attached.Endpoints.All(there => there.Network != one.Network)))
                attached = await _networks.ConnectAsync(record.Id, missing, cancellation);
        }
        catch (ContainerException refused)
        {
            LogNotSettled(record.Definition.Name, record.Id.Short, refused);
        }

        if (!attached.Endpoints.SequenceEqual(record.Endpoints)) Took(container, record, attached);
    }

    /// <summary>Puts down what a container is attached to now, in its record and in its /etc/hosts.</summary>
    private void Took(LiveContainer container, ContainerRecord record, NetworkAttachment attached)
    {
        var before = record.Endpoints;
        record = KeepHappened(container, record with { Endpoints = attached.Endpoints, Ports = attached.Ports });
        var names = ContainerPlan.HostNamesOf(HostnameOf(record), record.Definition.Spec.Domainname);
        ImmutableArray<NetworkEndpoint> joined = [.. attached.Endpoints.Except(before)];
        ImmutableArray<NetworkEndpoint> left = [.. before.Except(attached.Endpoints)];
        HostsFile.Change(HostsOf(record.Id), text =>
        {
            foreach (var endpoint in left) text = HostsFile.Remove(text, endpoint.Address, names);
            foreach (var endpoint in joined) text = HostsFile.Add(text, endpoint.Address, names);
            return text;
        });
        LeadToNameServer(record, before);
        if (record.Phase != ContainerPhase.Running) return; // told when it starts
        TellNetworks(record, joined, "connect");
        TellNetworks(record, left, "disconnect");
    }

    /// <summary>A container that joins its first network with names asks its name server from now on, unless it has
    /// changed its /etc/resolv.conf itself.</summary>
    private void LeadToNameServer(ContainerRecord record, ImmutableArray<NetworkEndpoint> before)
    {
        bool Asks(ImmutableArray<NetworkEndpoint> endpoints) =>
            NameFiles.AsksNameServer(endpoints, _networks.DefaultNetwork);
        if (Asks(before) || !Asks(record.Endpoints)) return;
        var input = new NamesInput(record.Endpoints, [], NameFiles.ReadHostResolver()) { IsAttached = true };
        var spec = record.Definition.Spec;
        HostsFile.Change(
            Path.Join(Folders.Bundle(record.Id), "resolv.conf"),
            text => text == NameFiles.Resolver(spec, input)
                ? NameFiles.Resolver(spec, input with { ResolvesNames = true })
                : text);
    }

    private string HostsOf(ContainerId id) => Path.Join(Folders.Bundle(id), "hosts");

    /// <remarks>What it names and is not there makes it invalid: clients take "not found" for its image.</remarks>
    private ContainerDefinition Resolve(ContainerDefinition definition)
    {
        try
        {
            return definition with { Spec = Resolution().Resolve(definition.Spec) };
        }
        catch (ContainerException missing) when (missing.Fault == ContainerFault.NotFound)
        {
            throw Invalid(missing.Message);
        }
    }

    /// <summary>Its networks, as they are now: one that it named may have come since it was made.</summary>
    /// <exception cref="ContainerException">One is not there.</exception>
    private ContainerRecord WithNetworks(ContainerRecord record) => record with
    {
        Definition = record.Definition with { Spec = Resolution().ResolveAll(record.Definition.Spec) },
    };

    private EndpointResolution Resolution() => new(_networks.Networks, _networks.DefaultNetwork, FindNamed);

    private ContainerState? FindNamed(string named)
    {
        var (states, name) = (Table.States(), named.TrimStart('/'));
        var exact = states.FirstOrDefault(state => state.Id.Value == named)
            ?? states.FirstOrDefault(state => state.Definition.Name == name);
        if (exact is not null || named.Length == 0) return exact;
        ContainerState[] begun =
            [.. states.Where(state => state.Id.Value.StartsWith(named, StringComparison.Ordinal)).Take(2)];
        return begun is [var only] ? only : null;
    }

    private static ImmutableArray<EndpointSpec> EndpointsOf(ContainerRecord record)
    {
        var spec = record.Definition.Spec;
        if (spec.NetworkMode == NetworkMode.Host)
            throw Invalid("container cannot be disconnected from host network or connected to host network");
        if (spec.Shared.Network.Length > 0)
        {
            throw Invalid("container sharing network namespace with another container or host cannot be connected to "
                + "any other network");
        }

        if (IsApart(record))
        {
            throw Invalid(
                "container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }

        return spec.Endpoints ?? throw new ContainerException(
            ContainerFault.Conflict,
            $"container {record.Id.Short} runs a task, whose service decides on its networks; or it was made before "
                + "networks could be joined, and has to be made again");
    }

    private static ContainerRecord WithEndpoints(ContainerRecord record, ImmutableArray<EndpointSpec> endpoints) =>
        record with
        {
            Definition = record.Definition with { Spec = record.Definition.Spec with { Endpoints = endpoints } },
        };

    private static ContainerException Forbidden(string message) => new(ContainerFault.Forbidden, message);

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);

    [LoggerMessage(LogLevel.Warning,
        "Container {Name} ({Container}) could not be put into the networks that it should be in")]
    private partial void LogNotSettled(string name, string container, Exception cause);
}
