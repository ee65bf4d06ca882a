using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>links</c>: services of the file that one knows by names of its own.</summary>
/// <remarks>Names only: there is no order of starts, and no variables tell of the other.</remarks>
internal static class LinkKeys
{
    public static ServiceDraft Read(ServiceDraft draft, Field field)
    {
        var links = ImmutableArray.CreateBuilder<LinkSpec>();
        foreach (var (text, item) in field.Texts())
        {
            var (service, alias) = text.Split(':', 2) is [var name, var other] ? (name, other) : (text, text);
            if (!draft.Context.Services.Contains(service))
                item.Refuse($"there is no service '{service}' in the file");
            else if (!EndpointSpec.IsAlias(alias))
                item.Refuse($"'{alias}' is not a name: letters, digits, '-', '_' and '.'");
            else if (links.Any(link => link.Alias.Equals(alias, StringComparison.OrdinalIgnoreCase)))
                item.Refuse($"the name '{alias}' is given twice");
            else links.Add(new LinkSpec($"{draft.Context.Stack}_{service}", alias));
        }

        return draft with { Links = links.ToImmutable() };
    }

    /// <summary>Puts them into each network of the service.</summary>
    public static ServiceDraft Settle(ServiceDraft draft, Field service)
    {
        if (draft.Links.IsEmpty) return draft;
        if (draft.Container.Networks.IsEmpty)
        {
            service.Refuse("links need a network in which names are resolved, not network_mode");
            return draft;
        }

        return draft.With(container => container with
        {
            NetworkSettings =
            [
                .. container.Networks.Select(network =>
                    (container.NetworkSettings.FirstOrDefault(one => one.Network == network)
                        ?? new EndpointSpec(network)) with { Links = draft.Links }),
            ],
        });
    }

    /// <summary>Refuses links to services that share no network with the one that has them.</summary>
    public static void RefuseUnreachable(IReadOnlyList<(ServiceSpec Spec, Field Field)> services)
    {
        foreach (var (spec, field) in services)
        {
            var links = spec.Container.NetworkSettings.SelectMany(one => one.Links).Select(link => link.Container);
            foreach (var link in links.Distinct())
            {
                var other = services.First(one => one.Spec.Name.Value == link).Spec;
                if (!other.Container.Networks.Intersect(spec.Container.Networks).Any())
                    field.Refuse($"links to {link}, with which it shares no network");
            }
        }
    }
}
