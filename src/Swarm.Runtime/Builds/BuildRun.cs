using Swarm.Core.Builds;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Builds;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Builds;

/// <summary>One build: its stages one after another, each instruction a step.</summary>
internal sealed class BuildRun(
    BuildSurroundings surroundings, BuildRequest request, BuildContext context, Dockerfile file, IBuildOutput output)
{
    private readonly List<Digest> _results = [];
    private readonly BaseImages _bases = new(surroundings, request, output);
    private int _step;

    private int StepCount => file.StepCount + request.Labels.Count;

    /// <returns>The image of the last stage.</returns>
    /// <exception cref="BuildException">What went wrong.</exception>
    public async Task<Digest> RunAsync(CancellationToken cancellation)
    {
        var arguments = new BuildArguments { Given = request.Arguments };
        foreach (var global in file.Arguments)
        {
            await TellStepAsync(global.Text, cancellation);
            var known = arguments;
            if (global.Expand(file.Escape, known.FindGlobal) is Instruction.Argument { Declared: var declared })
                arguments = declared.Aggregate(arguments, (all, one) => all.DeclareGlobally(one));
        }

        foreach (var (index, stage) in file.Stages.Index())
        {
            arguments = await RunAsync(stage, isLast: index == file.Stages.Length - 1, arguments, cancellation);
        }

        if (arguments.Unconsumed is { IsEmpty: false } unconsumed)
        {
            await output.WriteAsync(
                $"[Warning] One or more build-args [{string.Join(' ', unconsumed)}] were not consumed\n", cancellation);
        }

        return _results[^1];
    }

    private async Task<BuildArguments> RunAsync(
        BuildStage stage, bool isLast, BuildArguments arguments, CancellationToken cancellation)
    {
        RequireNewName(stage.From);
        await TellStepAsync(stage.From.Text, cancellation);
        var begun = await BeginAsync(stage.From, arguments.BeginStage(), cancellation);
        var steps = new StepRun(surroundings, request, output, begun, (origin, token) =>
            OpenSourceAsync(origin, token));
        var triggers = begun.Configuration.Image.OnBuild;
        if (!triggers.IsEmpty)
        {
            await output.WriteAsync(
                $"# Executing {triggers.Length} build trigger{(triggers.Length > 1 ? "s" : "")}\n", cancellation);
            steps.DropTriggers();
            foreach (var trigger in triggers) await steps.DoAsync(ReadTrigger(trigger), file.Escape, cancellation);
        }

        await output.WriteAsync($" ---> {Short(steps.State.Image)}\n", cancellation);
        foreach (var step in stage.Steps)
        {
            await TellStepAsync(step.Text, cancellation);
            await steps.DoAsync(step, file.Escape, cancellation);
            await output.WriteAsync($" ---> {Short(steps.State.Image)}\n", cancellation);
        }

        if (isLast)
        {
            foreach (var (name, value) in request.Labels)
            {
                await TellStepAsync($"LABEL {name}={value}", cancellation);
                await steps.DoExpandedAsync(new Instruction.Label([new NamedValue(name, value)]), cancellation);
                await output.WriteAsync($" ---> {Short(steps.State.Image)}\n", cancellation);
            }
        }

        if (steps.State.Image == _bases.Empty && isLast)
            throw new BuildException("No image was generated. Is your Dockerfile empty?", isInvalid: true);
        _results.Add(steps.State.Image);
        await output.TellImageAsync(steps.State.Image, cancellation);
        return steps.State.Arguments;
    }

    private void RequireNewName(Instruction.From from)
    {
        var earlier = file.Stages.Take(_results.Count).Select(stage => stage.From.Name);
        if (from.Name is not null && earlier.Contains(from.Name, StringComparer.OrdinalIgnoreCase))
            throw new BuildException($"{from.Name} stage name already used", isInvalid: true);
    }

    private async Task<StageState> BeginAsync(
        Instruction.From written, BuildArguments arguments, CancellationToken cancellation)
    {
        var from = (Instruction.From)written.Expand(file.Escape, arguments.FindGlobal);
        if (from.Image.Length == 0)
            throw new BuildException($"base name ({written.Image}) should not be blank", isInvalid: true);
        var stage = Enumerable.Range(0, _results.Count).LastOrDefault(
            index => string.Equals(file.Stages[index].From.Name, from.Image, StringComparison.OrdinalIgnoreCase), -1);
        var image = stage >= 0
            ? _bases.Get(_results[stage])
            : await _bases.FindAsync(from.Image, from.Platform ?? request.Platform, cancellation);
        return new StageState(image.Id, new StageConfiguration(WithPath(image.Configuration)), arguments);
    }

    /// <summary>As Docker's builder has it, so that <c>ENV PATH=$PATH:/more</c> adds to something.</summary>
    private static ImageConfiguration WithPath(ImageConfiguration image) =>
        image.Environment.Any(entry => entry.StartsWith("PATH=", StringComparison.Ordinal))
            ? image
            : image with { Environment = [.. image.Environment, ContainerPlan.DefaultPath] };

    /// <summary>What an instruction copies from: the context, a stage before, or an image.</summary>
    private async Task<OpenedSource> OpenSourceAsync(string? origin, CancellationToken cancellation)
    {
        if (origin is null) return new OpenedSource(context.Files, context.Scratch, null);
        if (file.WhyNoStage(origin, _results.Count) is { } wrong)
            throw new BuildException($"invalid from flag value {origin}: {wrong}", isInvalid: true);
        var image = file.FindStage(origin, _results.Count) is { } index
            ? _results[index]
            : await FindOriginAsync(origin, cancellation);
        var root = await MountedRoot.MountAsync(surroundings.Images, image, cancellation);
        return new OpenedSource(new SourceTree(root.Path), context.Scratch, root);
    }

    /// <remarks>A stage whose name was mistyped comes to this, too: so the name is told.</remarks>
    private async Task<Digest> FindOriginAsync(string origin, CancellationToken cancellation)
    {
        try
        {
            return (await _bases.FindAsync(origin, "", cancellation)).Id;
        }
        catch (BuildException missing)
        {
            throw new BuildException(
                $"invalid from flag value {origin}: {missing.Message}", missing.IsInvalid, cause: missing);
        }
    }

    private Instruction ReadTrigger(string trigger)
    {
        try
        {
            return Dockerfile.ParseOne(trigger, file.Escape);
        }
        catch (DockerfileException wrong)
        {
            throw new BuildException($"trigger \"{trigger}\" of the image: {wrong.Message}", cause: wrong);
        }
    }

    private ValueTask TellStepAsync(string text, CancellationToken cancellation) =>
        output.WriteAsync($"Step {++_step}/{StepCount} : {text}\n", cancellation);

    private string Short(Digest image) => image == _bases.Empty ? "" : image.Hex[..12];
}
