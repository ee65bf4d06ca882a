using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>x-swarm</c> of a service: what the Compose specification has no words for.</summary>
internal static class SwarmKeys
{
    /// <summary>A label of <c>deploy</c> that says the same as <c>at-most-once</c>, for files that other tools write.
    /// </summary>
    public const string AtMostOnceLabel = "swarm.at-most-once";

    private static readonly Dictionary<string, Func<ServiceDraft, Field, ServiceDraft>> Keys = new()
    {
        ["at-most-once"] = (draft, field) =>
            Change(draft, spec => spec with { AtMostOnce = field.Flag() ?? spec.AtMostOnce }),
        ["lease"] = (draft, field) => Change(
            draft, spec => spec with { LeaseFor = field.Duration() ?? spec.LeaseFor }),
        ["strategy"] = (draft, field) => Place(draft, rules => rules with
        {
            Strategy =
                field.OneOf(("spread", PlacementStrategy.Spread), ("binpack", PlacementStrategy.BinPack))
                ?? rules.Strategy,
        }),
        ["affinity"] = (draft, field) => Affinities(draft, field, near: true),
        ["anti-affinity"] = (draft, field) => Affinities(draft, field, near: false),
        ["min-running"] = (draft, field) => Change(
            draft, spec => spec with { MinRunning = (int)(field.Number(0, ComposeLimits.Replicas) ?? 0) }),
        ["rebalance"] = (draft, field) => Change(
            draft, spec => spec with { RebalancesItself = field.OneOf(("auto", true), ("manual", false)) ?? false }),
        ["lost-after"] = (draft, field) => Change(
            draft, spec => spec with { LostAfter = field.Duration() ?? spec.LostAfter }),
        ["pool"] = (draft, field) => Change(draft, spec => spec with { Pool = Pool(field) ?? spec.Pool }),
        ["job"] = (draft, field) => field.Fold(draft with { Job = new JobPolicy() }, JobKeys.All, Refusals.None),
    };

    private static readonly Dictionary<string, Func<ServiceAffinity, Field, ServiceAffinity>> AffinityKeys = new()
    {
        ["service"] = (affinity, field) => affinity with { Service = new ServiceName(field.Text() ?? "") },
        ["required"] = (affinity, field) => affinity with { Required = field.Flag() ?? affinity.Required },
        ["over"] = (affinity, field) => affinity with { Over = Over(field) ?? affinity.Over },
    };

    public static ServiceDraft Read(ServiceDraft draft, Field field) => field.Fold(draft, Keys, Refusals.None);

    /// <summary>What only mode and replicas together tell.</summary>
    public static void Settle(ServiceDraft draft, Field service)
    {
        if (draft.Replicas is not null && draft.Mode is ComposeMode.Global or ComposeMode.GlobalJob)
            service.Refuse("has one task on each node: a global service takes no replicas");
        if (draft.Job is not null && !draft.IsJob)
            service.Refuse("x-swarm.job is for jobs: deploy.mode must be replicated-job or global-job");
        if (draft.MaxConcurrent is not null && draft.Mode == ComposeMode.GlobalJob)
            service.Refuse("x-swarm.job.max-concurrent is for replicated jobs");
        if (draft.Job?.Schedule is { Cron.Length: 0 })
            service.Refuse("x-swarm.job: time-zone, overlap and suspended are for jobs with a schedule");
        if (draft.Spec.MinRunning == 0) return;
        if (draft.IsJob) service.Refuse("x-swarm.min-running: a job has no minimum of running tasks");
        var (least, replicas) = (draft.Spec.MinRunning, draft.Replicas ?? 1);
        if (draft.Mode == ComposeMode.Replicated && least > replicas)
            service.Refuse($"x-swarm.min-running is {least}, and there are {replicas} replicas");
    }

    private static ServiceDraft Change(ServiceDraft draft, Func<ServiceSpec, ServiceSpec> change) =>
        draft with { Spec = change(draft.Spec) };

    private static ServiceDraft Place(ServiceDraft draft, Func<PlacementRules, PlacementRules> change) =>
        Change(draft, spec => spec with { Placement = change(spec.Placement) });

    /// <summary>Each is the name of a service, or a mapping with it; one of the same file goes by its name there.
    /// </summary>
    private static ServiceDraft Affinities(ServiceDraft draft, Field field, bool near)
    {
        var read = ImmutableArray.CreateBuilder<ServiceAffinity>();
        foreach (var item in field.Items())
        {
            var affinity = new ServiceAffinity(new ServiceName(""), near, Required: true);
            affinity = item.Value is YamlMap
                ? item.Fold(affinity, AffinityKeys, Refusals.None)
                : affinity with { Service = new ServiceName(item.Text() ?? "") };
            var name = affinity.Service.Value;
            if (name.Length == 0)
            {
                if (item.Value is YamlMap) item.Refuse("needs a service");
                continue;
            }

            if (!StackName.IsPart(name)) item.Refuse($"'{name}' is not the name of a service");
            read.Add(draft.Context.Services.Contains(name)
                ? affinity with { Service = new ServiceName($"{draft.Context.Stack}_{name}") }
                : affinity);
        }

        return Place(draft, rules => rules with { Affinities = rules.Affinities.AddRange(read) });
    }

    private static string? Over(Field field)
    {
        if (field.Text() is not { } text) return null;
        if (text == "node.id" || PlacementKeys.IsLabel(text)) return text;
        field.Refuse($"'{text}' is no place: node.id, node.labels.NAME or engine.labels.NAME");
        return null;
    }

    private static string? Pool(Field field)
    {
        if (field.Text() is not { } text) return null;
        if (StackName.IsPart(text)) return text;
        field.Refuse($"'{text}' is not the name of a pool: letters, digits, '-', '_' and '.'");
        return null;
    }
}
