using System.Globalization;
using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Containers in their networks: what the kernel has, what is on disk and what is known move together.
/// </summary>
/// <remarks>Only for the network thread.</remarks>
/// <param name="apply">Changes the packet filter's rules.</param>
internal sealed class Attachments(
    NetworkLedger ledger, NetworkFiles files, ContainerWiring wiring, Bridges bridges, PortHolding ports,
    NetworkRules rules, Action<string> apply)
{
    internal NetworkAttachment Attach(ContainerId container, NetworkWish wish)
    {
        if (Find(container) is { } present) return present;

        var undo = new Stack<Action>();
        try
        {
            undo.Push(bridges.RemoveUnused);
            var networks = wish.Endpoints.Select(one => bridges.Take(one.Network, wish.MakesNetworks)).ToArray();
            var attached = new AttachedContainer(container.Value, ledger.NextSerial(), [], []);
            foreach (var (network, wanted) in networks.Zip(wish.Endpoints))
                attached = attached with { Endpoints = attached.Endpoints.Add(Give(attached, network, wanted)) };
            var address = attached.WayOut is { } way ? ledger.FindNetwork(way.Network)!.Settings.HostAddress : "";
            attached = attached with { Ports = ports.Hold(container, wish.HostPorts, address, undo) };

            undo.Push(() => files.Forget(container.Value));
            files.Save(attached);
            undo.Push(() => wiring.Drop(container));
            wiring.Create(container, attached, wish.Namespace, CableOf);
            ledger.Add(attached);
            undo.Push(() => ledger.Remove(attached));
            apply(rules.AddPorts(attached));
            return AttachmentOf(attached);
        }
        catch
        {
            while (undo.TryPop(out var step)) step();
            throw;
        }
    }

    internal NetworkAttachment? Find(ContainerId container) =>
        ledger.Find(container) is { } attached ? AttachmentOf(attached) : null;

    internal NetworkAttachment Connect(ContainerId container, EndpointSpec wanted)
    {
        var before = Get(container);
        if (before.Endpoints.Any(endpoint => endpoint.Network == wanted.Network)) return AttachmentOf(before);

        var endpoint = Give(before, bridges.Take(wanted.Network, makes: false), wanted);
        var after = before with { Endpoints = before.Endpoints.Add(endpoint) };
        var undo = new Stack<Action>();
        try
        {
            undo.Push(() => wiring.Leave(endpoint));
            wiring.Join(container, CableOf(endpoint));
            if (before.WayOut != after.WayOut)
            {
                undo.Push(() => wiring.SetWayOut(container, before.WayOut));
                wiring.SetWayOut(container, after.WayOut);
            }

            // Last, so that a crash before leaves a device that nobody knows of, and that is cleared away.
            undo.Push(() => files.Save(before));
            files.Save(after);
            undo.Push(() => ledger.Replace(before));
            Move(before, after);
            return AttachmentOf(after);
        }
        catch
        {
            while (undo.TryPop(out var step)) step();
            throw;
        }
    }

    internal NetworkAttachment Disconnect(ContainerId container, string network)
    {
        var before = Get(container);
        if (before.Endpoints.FirstOrDefault(one => one.Network == network) is not { } endpoint)
            return AttachmentOf(before);

        var after = before with { Endpoints = before.Endpoints.Remove(endpoint) };
        files.Save(after);
        Move(before, after);
        wiring.Leave(endpoint);
        if (before.WayOut != after.WayOut) wiring.SetWayOut(container, after.WayOut);
        bridges.RemoveUnused();
        return AttachmentOf(after);
    }

    internal void Detach(ContainerId container)
    {
        if (ledger.Find(container) is not { } attached)
        {
            wiring.Drop(container);
            return;
        }

        ledger.Remove(attached);
        try
        {
            apply(rules.RemovePorts(attached));
        }
        catch
        {
            // It is still there, so that it can be asked for again.
            ledger.Add(attached);
            throw;
        }

        wiring.Drop(container);
        ports.Release(attached.Ports);
        files.Forget(container.Value);
        bridges.RemoveUnused();
    }

    /// <summary>Ports lead to the way out, wherever it is now.</summary>
    private void Move(AttachedContainer before, AttachedContainer after)
    {
        ledger.Replace(after);
        if (before.WayOut?.Address != after.WayOut?.Address) apply(rules.RemovePorts(before) + rules.AddPorts(after));
    }

    private NetworkEndpoint Give(AttachedContainer container, BridgeNetwork network, EndpointSpec wanted) =>
        ledger.GiveAddress(network, wanted) with
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            NetworkId = bridges.IdOf(network),
            Device = FreeDevice(container),
        };

    private static string FreeDevice(AttachedContainer container)
    {
        var used = container.Endpoints.Select(endpoint => endpoint.Device).ToHashSet();
        return Enumerable.Range(0, int.MaxValue)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"eth{number}"))
            .First(device => !used.Contains(device));
    }

    private Cable CableOf(NetworkEndpoint endpoint)
    {
        var network = ledger.FindNetwork(endpoint.Network)!;
        return new Cable(endpoint, network, bridges.IndexOf(network));
    }

    private AttachedContainer Get(ContainerId container) => ledger.Find(container) ?? throw new ContainerException(
        ContainerFault.WrongPhase, $"container {container.Short} is in no network");

    private NetworkAttachment AttachmentOf(AttachedContainer attached) => new(
        wiring.NamespaceOf(new ContainerId(attached.Id)), attached.Endpoints,
        attached.WayOut is null ? [] : attached.Ports);
}
