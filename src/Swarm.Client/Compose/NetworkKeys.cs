using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The keys <c>networks</c> and <c>network_mode</c> of a service.</summary>
internal static class NetworkKeys
{
    /// <summary>The network of services that name none.</summary>
    public const string Default = "default";

    private static readonly Dictionary<string, Func<bool, Field, bool>> NoOptions = [];

    public static ServiceDraft Networks(ServiceDraft draft, Field field)
    {
        var names = new List<(string Name, Field At)>();
        if (field.Value is YamlList)
        {
            names.AddRange(field.Texts().Select(item => (item.Text, item.Field)));
        }
        else
        {
            foreach (var (key, value) in field.Entries())
            {
                if (!value.IsNull) value.Fold(true, NoOptions, Refusals.ServiceNetwork);
                names.Add((key.Text, value with { Value = key }));
            }
        }

        var networks = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, at) in names)
        {
            if (!draft.Context.Networks.TryGetValue(name, out var known))
                at.Refuse($"the network '{name}' is not declared under the file's networks");
            else if (networks.Contains(known)) at.Refuse($"the network '{name}' is named twice");
            else networks.Add(known);
        }

        return draft.With(container => container with { Networks = networks.ToImmutable() });
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

        if (draft.HasNetworkMode || !container.Networks.IsEmpty) return draft;
        return draft.With(spec => spec with { Networks = [draft.Context.Networks[Default]] });
    }
}
