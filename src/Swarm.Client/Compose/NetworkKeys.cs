using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The keys <c>networks</c> and <c>network_mode</c> of a service.</summary>
internal static class NetworkKeys
{
    /// <summary>The network of services that name none.</summary>
    public const string Default = "default";

    private static readonly Dictionary<string, Func<EndpointSpec, Field, EndpointSpec>> Options = new()
    {
        ["aliases"] = (endpoint, field) => endpoint with { Aliases = Aliases(field) },
        ["gw_priority"] = (endpoint, field) =>
            endpoint with { GatewayPriority = (int)(field.Number(int.MinValue, int.MaxValue) ?? 0) },
    };

    public static ServiceDraft Networks(ServiceDraft draft, Field field)
    {
        var wanted = new List<(string Name, Field At, Field? Options)>();
        if (field.Value is YamlList)
        {
            foreach (var (name, at) in field.Texts()) wanted.Add((name, at, null));
        }
        else
        {
            foreach (var (key, value) in field.Entries())
                wanted.Add((key.Text, value with { Value = key }, value.IsNull ? null : value));
        }

        var endpoints = ImmutableArray.CreateBuilder<EndpointSpec>();
        foreach (var (name, at, options) in wanted)
        {
            var known = draft.Context.Networks.GetValueOrDefault(name, "");
            var endpoint = new EndpointSpec(known);
            if (options is { } given) endpoint = given.Fold(endpoint, Options, Refusals.ServiceNetwork);
            if (known.Length == 0) at.Refuse($"the network '{name}' is not declared under the file's networks");
            else if (endpoints.Any(one => one.Network == known)) at.Refuse($"the network '{name}' is named twice");
            else endpoints.Add(endpoint);
        }

        return draft.With(container => container with
        {
            Networks = [.. endpoints.Select(one => one.Network)],
            NetworkSettings = [.. endpoints.Where(one => !one.Aliases.IsEmpty || one.GatewayPriority != 0)],
        });
    }

    public static ServiceDraft Mode(ServiceDraft draft, Field field)
    {
        var mode = field.OneOf(("bridge", NetworkMode.Bridge), ("host", NetworkMode.Host), ("none", NetworkMode.None));
        return draft.With(container => container with { NetworkMode = mode ?? NetworkMode.Bridge }) with
        {
            HasNetworkMode = true
        };
    }

    /// <summary>What the two keys mean together, and with the ports.</summary>
    public static ServiceDraft Settle(ServiceDraft draft, Field service)
    {
        var container = draft.Container;
        if (draft.HasNetworkMode && !container.Networks.IsEmpty)
            service.Refuse("network_mode and networks exclude each other");
        if (container.NetworkMode != NetworkMode.Bridge && !container.Ports.IsEmpty)
        {
            service.Refuse(
                $"ports cannot be published with network_mode {container.NetworkMode.ToString().ToLowerInvariant()}");
        }

        var joined = draft.HasNetworkMode || !container.Networks.IsEmpty
            ? draft
            : draft.With(spec => spec with { Networks = [draft.Context.Networks[Default]] });
        return LinkKeys.Settle(joined, service);
    }

    private static ImmutableArray<string> Aliases(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            if (!EndpointSpec.IsAlias(text)) item.Refuse($"'{text}' is not a name: letters, digits, '-', '_' and '.'");
            else if (!result.Contains(text)) result.Add(text);
        }

        return result.ToImmutable();
    }
}
